using System.Text.Json.Serialization;

namespace BatchEngine.Domain;

/// <summary>What of a shard is already durable; resuming skips exactly those units.</summary>
/// <param name="NextUnitIndex">Units before this one (counted from 0 over the shard) are done.</param>
/// <param name="Counts">Rows of the finished units.</param>
/// <param name="Artifacts">Every durable blob of the finished units, in order.</param>
/// <param name="Profiles">Merged profiles of the finished units, one per column.</param>
public sealed record Checkpoint(int NextUnitIndex, RowCounts Counts, IReadOnlyList<Artifact> Artifacts, IReadOnlyList<ColumnProfile> Profiles)
{
    /// <summary>What was read from object stores for the finished units, and ahead of them; null when the input is on this machine.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StoreTraffic? FromStores { get; init; }

    /// <summary>Nothing done yet.</summary>
    public static Checkpoint Start { get; } = new(0, default, [], []);
}
