using BatchEngine.Domain;

namespace BatchEngine.Simulation;

/// <summary>What a night came to. Immutable.</summary>
/// <param name="Segments">The checksum of each segment's bytes, by partition.</param>
/// <param name="Counts">The sums of all receipts.</param>
/// <param name="Keys">Keys served.</param>
/// <param name="Starts">How often the night was started.</param>
/// <param name="Orphans">Blobs that no row names after a sweep.</param>
internal sealed record NightResult(IReadOnlyList<ulong> Segments, RowCounts Counts, long Keys, int Starts, IReadOnlyList<string> Orphans)
{
    /// <summary>What the profiles counted, one text a column.</summary>
    public IReadOnlyList<string> Profiles { get; init; } = [];
}
