using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;

namespace BatchEngine.Scheduler.Runs;

/// <summary>Records the snapshot, lets the gate judge it, and publishes it or holds it back.</summary>
internal static class JudgingPhase
{
    /// <summary>Works until the run leaves the state Judging.</summary>
    public static async Task RunAsync(RunContext context, CancellationToken ct)
    {
        context.BeginOverhead();
        var services = context.Services;
        var snapshot = await SaveSnapshotAsync(context, ct).ConfigureAwait(false);
        var receipts = await services.Stores.Receipts.ListAsync(context.Run, ct).ConfigureAwait(false);
        var profiles = Merge(receipts);
        await services.Stores.Profiles.SaveAsync(context.Run, profiles, ct).ConfigureAwait(false);
        context.Say(RunEventKind.ProfilesSaved, "profiles", string.Create(CultureInfo.InvariantCulture, $"{profiles.Count} columns"));
        var verdict = await services.Ports.Gate.JudgeAsync(context.Plan, profiles, ct).ConfigureAwait(false);
        if (verdict.Drift is { } drift)
            await services.Stores.Profiles.SaveDriftAsync(drift, ct).ConfigureAwait(false);
        context.Say(RunEventKind.Judged, verdict is GateVerdict.Pass ? "pass" : "hold", verdict.Reason);
        switch (verdict)
        {
            case GateVerdict.Hold hold:
                await HoldAsync(context, hold.Reason, ct).ConfigureAwait(false);
                break;
            case GateVerdict.Pass when await WasPublishedAsync(context, ct).ConfigureAwait(false):
                await context.EndAsync(RunState.Judging, RunState.Published, "", ct).ConfigureAwait(false);
                break;
            case GateVerdict.Pass when await NewerServesAsync(context, snapshot, ct).ConfigureAwait(false) is { } newer:
                await HoldAsync(context, newer, ct).ConfigureAwait(false);
                break;
            case GateVerdict.Pass pass:
                await PublishAsync(context, snapshot, pass.Reason, ct).ConfigureAwait(false);
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

    private static async Task<SnapshotInfo> SaveSnapshotAsync(RunContext context, CancellationToken ct)
    {
        var (services, plan) = (context.Services, context.Plan);
        var segments = await services.Stores.Snapshots.SegmentsAsync(plan.Run, ct).ConfigureAwait(false);
        var snapshot = await services.Stores.Snapshots.SaveAsync(
            new SnapshotInfo(0, plan.Job.Serving.Name, plan.Run, plan.Model, plan.KeyKind, plan.Outputs, plan.PartitionCount, plan.Run.ScheduledAt,
                services.Clock.GetUtcNow(), segments), ct).ConfigureAwait(false);
        context.Say(RunEventKind.SnapshotSaved, string.Create(CultureInfo.InvariantCulture, $"snapshot {snapshot.Id}"),
            string.Create(CultureInfo.InvariantCulture, $"{snapshot.Keys} keys"));
        return snapshot;
    }

    // The process died between the publication and its note: the pointer may have moved on since, and is left alone.
    private static async Task<bool> WasPublishedAsync(RunContext context, CancellationToken ct) =>
        await context.Stores.Snapshots.FindOfRunAsync(context.Run, ct).ConfigureAwait(false) is { PublishedAt: not null };

    // A backfill of an old night must not take the place of a later one.
    private static async Task<string?> NewerServesAsync(RunContext context, SnapshotInfo snapshot, CancellationToken ct)
    {
        if (await context.Stores.Snapshots.CurrentAsync(snapshot.ServingName, ct).ConfigureAwait(false) is not { } current || current.AsOf <= snapshot.AsOf
            || current.Run == context.Run)
            return null;
        return string.Create(CultureInfo.InvariantCulture,
            $"snapshot {current.Id} of run {current.Run}, as of {Figures.Instant(current.AsOf)}, is newer and keeps serving; ")
            + string.Create(CultureInfo.InvariantCulture, $"publish snapshot {snapshot.Id} by hand to go back to it");
    }

    private static async Task PublishAsync(RunContext context, SnapshotInfo snapshot, string reason, CancellationToken ct)
    {
        await context.Stores.Snapshots.PublishAsync(snapshot.Id, ct).ConfigureAwait(false);
        context.Say(RunEventKind.SnapshotPublished, string.Create(CultureInfo.InvariantCulture, $"snapshot {snapshot.Id}"), snapshot.ServingName);
        await context.DecideAsync(DecisionSubject.Publish,
            string.Create(CultureInfo.InvariantCulture, $"snapshot {snapshot.Id} serves {snapshot.ServingName}"), reason, ct)
            .ConfigureAwait(false);
        await context.EndAsync(RunState.Judging, RunState.Published, "", ct).ConfigureAwait(false);
    }

    private static async Task HoldAsync(RunContext context, string reason, CancellationToken ct)
    {
        await context.DecideAsync(DecisionSubject.Publish, "held back", reason, ct).ConfigureAwait(false);
        await context.EndAsync(RunState.Judging, RunState.Held, reason, ct).ConfigureAwait(false);
    }
}
