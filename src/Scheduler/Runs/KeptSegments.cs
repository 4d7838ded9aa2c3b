using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Runs;

/// <summary>Records the base's segments for a run that carried every shard over: they hold exactly its predictions, so nothing is sealed.</summary>
internal static class KeptSegments
{
    /// <summary>Records those that are not recorded yet; does nothing when the plan does not keep them, or when a shard was scored after all. May be repeated.</summary>
    public static async Task RecordAsync(RunScene scene, IReadOnlyList<ShardReceipt> receipts, CancellationToken ct)
    {
        var (services, plan) = (scene.Services, scene.Plan);
        if (!plan.Reuse.KeepsSegments || receipts.Any(r => r.Final.Counts.Scored > 0) || await services.Snapshots.FindAsync(plan.Reuse.BaseSnapshot, ct).ConfigureAwait(false) is not { } before)
            return;
        var recorded = (await services.Snapshots.SegmentsAsync(plan.Run, ct).ConfigureAwait(false)).Select(s => s.Partition).ToHashSet();
        foreach (var segment in before.Segments.Where(s => !recorded.Contains(s.Partition)))
        {
            try
            {
                await services.Blobs.VerifyAsync(segment.Artifact.BlobName, segment.Artifact.Bytes, segment.Artifact.Checksum, ct).ConfigureAwait(false);
            }
            catch (CorruptDataException damage)
            {
                await scene.DecideAsync("reuse", string.Create(CultureInfo.InvariantCulture, $"partition {segment.Partition} is sealed again from its run files"), damage.Message, ct).ConfigureAwait(false);
                continue;
            }
            await services.Snapshots.RecordSegmentAsync(plan.Run, segment, ct).ConfigureAwait(false);
            scene.Say(RunEventKind.SegmentRecorded, $"partition {segment.Partition}", string.Create(CultureInfo.InvariantCulture, $"{segment.Keys} keys, kept from snapshot {before.Id}"));
        }
    }
}
