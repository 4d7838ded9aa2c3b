using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.RunFiles;

namespace BatchEngine.Storage.Snapshots.Segments;

/// <summary>Segments to build, of partitions of one run.</summary>
/// <param name="Partitions">The partitions, ascending; neighbours are read together.</param>
/// <param name="PartitionCount">A power of two; as in every run file.</param>
/// <param name="KeyKind">As in every run file.</param>
/// <param name="OutputCount">As in every run file.</param>
/// <param name="RunFiles">All run files of the run, in manifest order; the segments' bytes do not depend on the order.</param>
/// <param name="DuplicateKeys">What to do when two rows have the same key.</param>
public sealed record SegmentRequest(
    IReadOnlyList<int> Partitions,
    int PartitionCount,
    KeyKind KeyKind,
    int OutputCount,
    IReadOnlyList<RunFileSource> RunFiles,
    DuplicateKeyPolicy DuplicateKeys)
{
    /// <summary>Sums kept behind the outputs, as in every run file; default none.</summary>
    public int KeptSums { get; init; }

    /// <summary>The segments that the plan of a run asks for.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="partitions">Which.</param>
    /// <param name="runFiles">All run files of the run.</param>
    public static SegmentRequest Of(RunPlan plan, IReadOnlyList<int> partitions, IReadOnlyList<RunFileSource> runFiles) =>
        new(partitions, plan.PartitionCount, plan.KeyKind, plan.Outputs.Count, runFiles, plan.Job.DuplicateKeys) { KeptSums = plan.KeptSums };
}
