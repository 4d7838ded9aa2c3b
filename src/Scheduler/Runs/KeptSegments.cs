using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Storage.Blobs;

namespace BatchEngine.Scheduler.Runs;

/// <summary>
/// Records the base's segments for a run that carries every shard over: they hold exactly its predictions, so nothing is sealed. Done before the shards are
/// carried, because a segment that is damaged
/// is sealed again from run files, and those are then read before a receipt, which cannot be taken back, names them.
/// </summary>
internal static class KeptSegments
{
    /// <summary>Records those that are not recorded yet; does nothing when the plan does not keep them. May be repeated.</summary>
    public static async Task RecordAsync(RunContext context, CancellationToken ct)
    {
        var (services, plan) = (context.Services, context.Plan);
        if (!plan.Reuse.KeepsSegments || await services.Stores.Snapshots.FindAsync(plan.Reuse.BaseSnapshot, ct).ConfigureAwait(false) is not { } before)
            return;
        var recorded = (await services.Stores.Snapshots.SegmentsAsync(plan.Run, ct).ConfigureAwait(false)).Select(s => s.Partition).ToHashSet();
        var wanted = before.Segments.Where(s => !recorded.Contains(s.Partition)).ToArray();
        var damages = new string?[wanted.Length];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, context.Settings.MaxSealers), CancellationToken = ct };
        await Parallel.ForAsync(0, wanted.Length, options, async (i, token) =>
            damages[i] = await DamageAsync(services.Stores.Blobs, wanted[i].Artifact, token).ConfigureAwait(false)).ConfigureAwait(false);
        foreach (var (segment, damage) in wanted.Zip(damages).Where(s => s.Second is not null))
            await context.DecideAsync(DecisionSubject.Reuse,
                string.Create(CultureInfo.InvariantCulture, $"partition {segment.Partition} is sealed again from its run files"),
                damage!, ct).ConfigureAwait(false);
        var kept = wanted.Where((_, i) => damages[i] is null).ToArray();
        await services.Stores.Snapshots.RecordSegmentsAsync(context.Lead, kept, ct).ConfigureAwait(false);
        foreach (var segment in kept)
            context.Say(RunEventKind.SegmentRecorded, $"partition {segment.Partition}",
                string.Create(CultureInfo.InvariantCulture, $"{segment.Keys} keys, kept from snapshot {before.Id}"));
    }

    /// <summary>What is wrong with the segment; null means that every byte is as it was written. Always read whole: a length and a time say nothing about a
    /// disk that lost bits.</summary>
    private static async Task<string?> DamageAsync(IBlobStore blobs, Artifact artifact, CancellationToken ct)
    {
        try
        {
            await blobs.VerifyAsync(artifact.BlobName, artifact.Bytes, artifact.Checksum, ct).ConfigureAwait(false);
            return null;
        }
        catch (CorruptDataException damage)
        {
            return damage.Message;
        }
    }
}
