using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.RunFiles;

namespace BatchEngine.Storage.Snapshots.Segments;

/// <summary>One partition's segment to build.</summary>
/// <param name="Partition">The partition, counted from 0.</param>
/// <param name="PartitionCount">A power of two; as in every run file.</param>
/// <param name="KeyKind">As in every run file.</param>
/// <param name="OutputCount">As in every run file.</param>
/// <param name="RunFiles">All run files of the run, in manifest order; the segment's bytes do not depend on the order.</param>
/// <param name="DuplicateKeys">What to do when two rows have the same key.</param>
public sealed record SegmentRequest(
    int Partition,
    int PartitionCount,
    KeyKind KeyKind,
    int OutputCount,
    IReadOnlyList<RunFileSource> RunFiles,
    DuplicateKeyPolicy DuplicateKeys)
{
    /// <summary>Sums kept behind the outputs, as in every run file; default none.</summary>
    public int KeptSums { get; init; }
}
