using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Runs;

/// <summary>Records the snapshot, lets the gate judge it, and publishes it or holds it back.</summary>
internal static class JudgingPhase
{
    /// <summary>Works until the run leaves the state Judging.</summary>
    public static async Task RunAsync(RunScene scene, CancellationToken ct)
    {
        scene.BeginOverhead();
        var services = scene.Services;
        var snapshot = await SaveSnapshotAsync(scene, ct).ConfigureAwait(false);
        var receipts = await services.Leases.Receipts.ListAsync(scene.Run, ct).ConfigureAwait(false);
        var profiles = Merge(receipts);
        await services.Profiles.SaveAsync(scene.Run, profiles, ct).ConfigureAwait(false);
        scene.Say(RunEventKind.ProfilesSaved, "profiles", string.Create(CultureInfo.InvariantCulture, $"{profiles.Count} columns"));
        var verdict = await services.Gate.JudgeAsync(scene.Plan, profiles, ct).ConfigureAwait(false);
        if (verdict.Drift is { } drift)
            await services.Profiles.SaveDriftAsync(drift, ct).ConfigureAwait(false);
        scene.Say(RunEventKind.Judged, verdict is GateVerdict.Pass ? "pass" : "hold", verdict.Reason);
        switch (verdict)
        {
            case GateVerdict.Hold hold:
                await HoldAsync(scene, hold.Reason, ct).ConfigureAwait(false);
                break;
            case GateVerdict.Pass when await WasPublishedAsync(scene, ct).ConfigureAwait(false):
                await scene.EndAsync(RunState.Judging, RunState.Published, "", ct).ConfigureAwait(false);
                break;
            case GateVerdict.Pass when await NewerServesAsync(scene, snapshot, ct).ConfigureAwait(false) is { } newer:
                await HoldAsync(scene, newer, ct).ConfigureAwait(false);
                break;
            case GateVerdict.Pass pass:
                await PublishAsync(scene, snapshot, pass.Reason, ct).ConfigureAwait(false);
                break;
            default:
                throw new InvariantBrokenException("a gate passes or holds", verdict.GetType().Name);
        }
    }

    /// <summary>The profiles of all shards added up in shard order, features before outputs, then by name.</summary>
    public static IReadOnlyList<ColumnProfile> Merge(IReadOnlyList<ShardReceipt> receipts)
    {
        var merged = new Dictionary<(bool IsOutput, string Column), ColumnProfile>();
        foreach (var profile in receipts.OrderBy(r => r.ShardIndex).SelectMany(r => r.Final.Profiles))
        {
            var key = (profile.IsOutput, profile.Edges.Column);
            merged[key] = merged.TryGetValue(key, out var sum) ? sum.Merge(profile) : profile;
        }
        return [.. merged.OrderBy(m => m.Key.IsOutput).ThenBy(m => m.Key.Column, StringComparer.Ordinal).Select(m => m.Value)];
    }

    private static async Task<SnapshotInfo> SaveSnapshotAsync(RunScene scene, CancellationToken ct)
    {
        var (services, plan) = (scene.Services, scene.Plan);
        var segments = await services.Snapshots.SegmentsAsync(plan.Run, ct).ConfigureAwait(false);
        var snapshot = await services.Snapshots.SaveAsync(
            new SnapshotInfo(0, plan.Job.Serving.Name, plan.Run, plan.Model, plan.KeyKind, plan.Outputs, plan.PartitionCount, plan.Run.ScheduledAt,
                services.Clock.GetUtcNow(), segments), ct).ConfigureAwait(false);
        scene.Say(RunEventKind.SnapshotSaved, string.Create(CultureInfo.InvariantCulture, $"snapshot {snapshot.Id}"),
            string.Create(CultureInfo.InvariantCulture, $"{snapshot.Keys} keys"));
        return snapshot;
    }

    // The process died between the publication and its note: the pointer may have moved on since, and is left alone.
    private static async Task<bool> WasPublishedAsync(RunScene scene, CancellationToken ct) =>
        await scene.Services.Snapshots.FindOfRunAsync(scene.Run, ct).ConfigureAwait(false) is { PublishedAt: not null };

    // A backfill of an old night must not take the place of a later one.
    private static async Task<string?> NewerServesAsync(RunScene scene, SnapshotInfo snapshot, CancellationToken ct)
    {
        if (await scene.Services.Snapshots.CurrentAsync(snapshot.ServingName, ct).ConfigureAwait(false) is not { } current || current.AsOf <= snapshot.AsOf
            || current.Run == scene.Run)
            return null;
        return string.Create(CultureInfo.InvariantCulture,
            $"snapshot {current.Id} of run {current.Run}, as of {current.AsOf:yyyy-MM-dd HH:mm:ss}Z, is newer and keeps serving; publish snapshot {snapshot.Id} by hand to go back to it");
    }

    private static async Task PublishAsync(RunScene scene, SnapshotInfo snapshot, string reason, CancellationToken ct)
    {
        await scene.Services.Snapshots.PublishAsync(snapshot.Id, ct).ConfigureAwait(false);
        scene.Say(RunEventKind.SnapshotPublished, string.Create(CultureInfo.InvariantCulture, $"snapshot {snapshot.Id}"), snapshot.ServingName);
        await scene.DecideAsync("publish", string.Create(CultureInfo.InvariantCulture, $"snapshot {snapshot.Id} serves {snapshot.ServingName}"), reason, ct)
            .ConfigureAwait(false);
        await scene.EndAsync(RunState.Judging, RunState.Published, "", ct).ConfigureAwait(false);
    }

    private static async Task HoldAsync(RunScene scene, string reason, CancellationToken ct)
    {
        await scene.DecideAsync("publish", "held back", reason, ct).ConfigureAwait(false);
        await scene.EndAsync(RunState.Judging, RunState.Held, reason, ct).ConfigureAwait(false);
    }
}
