using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Planning;

/// <summary>The run behind the snapshot that is served now.</summary>
/// <param name="Snapshot">The id of its snapshot, whose segments exist.</param>
/// <param name="Plan">Its plan.</param>
/// <param name="Receipts">Its receipts, one a shard.</param>
internal sealed record BaseRun(long Snapshot, RunPlan Plan, IReadOnlyList<ShardReceipt> Receipts)
{
    /// <summary>Why none of its files can be carried over; null means that they are all there.</summary>
    public string? WhyNoFile { get; init; }
}
