using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Storage.Blobs;

namespace BatchEngine.Scheduler.Runs;

/// <summary>
/// Records the base's segments for a run that carries every shard over: they hold exactly its predictions, so nothing is sealed. Done before the shards are
/// carried, because a segment that is damaged is sealed again from run files, and those are then read before a receipt, which cannot be taken back, names them.
/// </summary>
/// <remarks>A folder's segments are read whole each night: a length and a time say nothing about a disk that lost bits. Those of a store elsewhere, which
/// looks after its bits itself, are compared with what the store notes of them, and a sample is read whole.</remarks>
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
        if (wanted.Length == 0)
            return;
        var (read, damages) = await CheckAsync(context, wanted, before.Segments.Count, ct).ConfigureAwait(false);
        foreach (var segment in wanted.Where(s => damages.ContainsKey(s.Partition)))
            await context.DecideAsync(DecisionSubject.Reuse,
                string.Create(CultureInfo.InvariantCulture, $"partition {segment.Partition} is sealed again from its run files"),
                damages[segment.Partition], ct).ConfigureAwait(false);
        var kept = wanted.Where(s => !damages.ContainsKey(s.Partition))
            .Select(s => s with { UnverifiedNights = read.Contains(s.Partition) ? 0 : s.UnverifiedNights + 1 }).ToArray();
        if (kept.Any(s => s.UnverifiedNights > 0))
            await context.DecideAsync(DecisionSubject.Reuse,
                string.Create(CultureInfo.InvariantCulture, $"{kept.Length} segments are kept, {read.Count} of them read whole"),
                string.Create(CultureInfo.InvariantCulture,
                    $"the store is not on this machine: it has the others with the recorded lengths and checksums, and ")
                + string.Create(CultureInfo.InvariantCulture, $"each is read at least every {KeptSample.Nights}th night"), ct).ConfigureAwait(false);
        await services.Stores.Snapshots.RecordSegmentsAsync(context.Lead, kept, ct).ConfigureAwait(false);
        foreach (var segment in kept)
            context.Say(RunEventKind.SegmentRecorded, $"partition {segment.Partition}",
                string.Create(CultureInfo.InvariantCulture, $"{segment.Keys} keys, kept from snapshot {before.Id}"));
    }

    /// <summary>The partitions that were read whole, and what is wrong with which.</summary>
    private static async Task<(IReadOnlySet<int> Read, IReadOnlyDictionary<int, string> Damages)> CheckAsync(RunContext context, SegmentInfo[] segments,
        int partitions, CancellationToken ct)
    {
        var blobs = context.Stores.Blobs;
        if (blobs is LocalFolderBlobs)
            return (segments.Select(s => s.Partition).ToHashSet(), await ReadAsync(context, segments, ct).ConfigureAwait(false));
        var damages = (await ArtifactCheck.GlanceAsync(blobs, [.. segments.Select(s => s.Artifact)], ct).ConfigureAwait(false))
            .Zip(segments).Where(s => s.First is not null).ToDictionary(s => s.Second.Partition, s => s.First!);
        var there = segments.Where(s => !damages.ContainsKey(s.Partition)).ToArray();
        IReadOnlyList<SegmentInfo> sample = KeptSample.Choose(there, partitions);
        var found = await ReadAsync(context, sample, ct).ConfigureAwait(false);
        if (found.Count > 0)
        {
            // A store that lost bits once is not believed about the others.
            found = new Dictionary<int, string>(found.Concat(await ReadAsync(context, [.. there.Except(sample)], ct).ConfigureAwait(false)));
            sample = there;
        }
        foreach (var (partition, damage) in found)
            damages[partition] = damage;
        return (sample.Select(s => s.Partition).ToHashSet(), damages);
    }

    private static async Task<IReadOnlyDictionary<int, string>> ReadAsync(RunContext context, IReadOnlyList<SegmentInfo> segments, CancellationToken ct)
    {
        var damages = new string?[segments.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, context.Settings.MaxSealers), CancellationToken = ct };
        await Parallel.ForAsync(0, segments.Count, options, async (i, token) =>
            damages[i] = await ArtifactCheck.ReadAsync(context.Stores.Blobs, segments[i].Artifact, token).ConfigureAwait(false)).ConfigureAwait(false);
        return segments.Zip(damages).Where(s => s.Second is not null).ToDictionary(s => s.First.Partition, s => s.Second!);
    }
}
