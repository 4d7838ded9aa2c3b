using BatchEngine.Domain;
using BatchEngine.Storage.Blobs;

namespace BatchEngine.Scheduler.Leasing;

/// <summary>Makes the receipt of a shard whose files did not change: it names what the base run wrote. Reads only.</summary>
internal static class CarriedReceipt
{
    /// <summary>The receipt; null means that a file of the base run is missing or damaged and the shard is to be scored, with the reason.</summary>
    /// <param name="services">Where the base run's receipts, files and segments are.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="carried">The shard.</param>
    /// <param name="lease">The lease under which the receipt is committed.</param>
    /// <param name="ct">Stops waiting.</param>
    public static async Task<(ShardReceipt? Receipt, string Why)> MakeAsync(WorkerServices services, RunPlan plan, CarriedShard carried, Lease lease,
        CancellationToken ct)
    {
        if (await services.Stores.Receipts.FindAsync(plan.Reuse.Base!.Value, carried.BaseIndex, ct).ConfigureAwait(false) is not { Final: var done })
            return (null, $"run {plan.Reuse.Base} has no receipt of its shard {carried.BaseIndex}");
        if ((await services.Stores.Runs.RetiredPartsAsync(plan.Reuse.Base!.Value, ct).ConfigureAwait(false)).Keys.Any(k => k.IsFile()))
            return (null, $"files of run {plan.Reuse.Base} were retired");
        var isSealed = plan.Reuse.KeepsSegments
            && (await services.Stores.Snapshots.SegmentsAsync(plan.Run, ct).ConfigureAwait(false)).Count == plan.PartitionCount;
        if (await DamageAsync(services.Stores.Blobs, done.Artifacts, isSealed, ct).ConfigureAwait(false) is { } damage)
            return (null, damage);
        var counts = done.Counts;
        var artifacts = done.Artifacts.Select(a => a.Kind == ArtifactKind.RunFile ? a with { RowNumberShift = a.RowNumberShift + carried.RowNumberShift } : a)
            .ToList();
        return (new ShardReceipt(plan.Run, lease.ShardIndex, lease.Fence,
            done with { Counts = new RowCounts(counts.Read, 0, counts.Scored + counts.Reused, counts.Rejected), Artifacts = artifacts, FromStores = null }),
                "");
    }

    // Run files that will be sealed again are read whole now, since a receipt cannot be taken back; the others are verified where they are read.
    private static async Task<string?> DamageAsync(IBlobStore blobs, IReadOnlyList<Artifact> artifacts, bool isSealed, CancellationToken ct)
    {
        if ((await ArtifactCheck.GlanceAsync(blobs, artifacts, ct).ConfigureAwait(false)).FirstOrDefault(d => d is not null) is { } missing)
            return missing;
        foreach (var artifact in artifacts.Where(a => a.Kind == ArtifactKind.RunFile && !isSealed))
        {
            if (await ArtifactCheck.ReadAsync(blobs, artifact, ct).ConfigureAwait(false) is { } damage)
                return damage;
        }
        return null;
    }
}
