using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Scheduler.Runs;

/// <summary>Records the snapshot, lets the gate judge it, and publishes it or holds it back.</summary>
internal static class JudgingPhase
{
    /// <summary>Works until the run leaves the state Judging.</summary>
    public static async Task RunAsync(RunContext context, CancellationToken ct)
    {
        await context.BeginOverheadAsync(ct).ConfigureAwait(false);
        var stores = context.Stores;
        var snapshot = await SaveSnapshotAsync(context, ct).ConfigureAwait(false);
        if (await stores.Snapshots.FindOfRunAsync(context.Run, ct).ConfigureAwait(false) is { PublishedAt: not null })
        {
            // What serves already is not held back any more: an earlier version published before it noted so.
            await PublishAsync(context, snapshot, "it served already", ct).ConfigureAwait(false);
            return;
        }
        var receipts = await stores.Receipts.ListAsync(context.Run, ct).ConfigureAwait(false);
        var profiles = Merge(receipts);
        await stores.Profiles.SaveAsync(context.Lead, profiles, ct).ConfigureAwait(false);
        context.Say(RunEventKind.ProfilesSaved, "profiles", string.Create(CultureInfo.InvariantCulture, $"{profiles.Count} columns"));
        var verdict = await context.Ports.Gate.JudgeAsync(context.Plan, profiles, ct).ConfigureAwait(false);
        if (verdict.Drift is { } drift)
            await stores.Profiles.SaveDriftAsync(context.Lead, drift, ct).ConfigureAwait(false);
        context.Say(RunEventKind.Judged, verdict is GateVerdict.Pass ? "pass" : "hold", verdict.Reason);
        if (await context.StopsByBudgetAsync(RunState.Judging, ct).ConfigureAwait(false))
            return;
        await (verdict switch
        {
            GateVerdict.Hold hold => context.EndAsync(RunState.Judging, RunState.Held, $"{hold.Reason}. {ReleaseAdvice.For(context.Plan)}",
                context.DecisionOf(DecisionSubject.Publish, "held back", hold.Reason), ct),
            GateVerdict.Pass pass => PublishAsync(context, snapshot, pass.Reason, ct),
            _ => throw new InvariantBrokenException("a gate passes or holds", verdict.GetType().Name),
        }).ConfigureAwait(false);
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
        var snapshot = await services.Stores.Snapshots.SaveAsync(context.Lead,
            new SnapshotInfo(0, plan.Job.Serving.Name, plan.Run, plan.Model, plan.KeyKind, plan.Outputs, plan.PartitionCount, plan.Run.ScheduledAt,
                services.Clock.GetUtcNow(), segments), ct).ConfigureAwait(false);
        context.Say(RunEventKind.SnapshotSaved, string.Create(CultureInfo.InvariantCulture, $"snapshot {snapshot.Id}"),
            string.Create(CultureInfo.InvariantCulture, $"{snapshot.Keys} keys"));
        return snapshot;
    }

    // The usage is posted first, so that publication and end of the run are one transaction.
    private static async Task PublishAsync(RunContext context, SnapshotInfo snapshot, string reason, CancellationToken ct)
    {
        await context.Deadline.LookMissedAsync(ct).ConfigureAwait(false);
        await context.AccountAsync(ct).ConfigureAwait(false);
        switch (await context.Stores.Snapshots.PublishRunAsync(context.Lead, reason, ct).ConfigureAwait(false))
        {
            case PublishOutcome.Published:
                context.Say(RunEventKind.SnapshotPublished, string.Create(CultureInfo.InvariantCulture, $"snapshot {snapshot.Id}"), snapshot.ServingName);
                context.Say(RunEventKind.StateMoved, nameof(RunState.Published), "");
                break;
            case PublishOutcome.NewerServes newer:
                context.Say(RunEventKind.StateMoved, nameof(RunState.Completed),
                    string.Create(CultureInfo.InvariantCulture, $"snapshot {newer.Current.Id} is newer"));
                break;
            case PublishOutcome.NameTaken taken:
                await context.FailAsync(RunState.Judging, NameOwner.Explain(context.Plan.Job, taken.Current), resumeFailsAgain: true, ct).ConfigureAwait(false);
                break;
            case PublishOutcome.NotJudged:
                break; // Somebody ended the run meanwhile; where it is now says how.
            default:
                throw new InvariantBrokenException("every outcome of a publication is known", context.Run.ToString());
        }
    }
}
