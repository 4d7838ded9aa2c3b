using BatchEngine.CostModel.Drift;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Host.Adapters;

/// <summary>Judges a sealed run: whether applications would still get what they look up, and, by the cost model, its drift. Thread-safe.</summary>
internal sealed class DriftRunGate(StateDatabase database) : IRunGate
{
    /// <inheritdoc/>
    public async Task<GateVerdict> JudgeAsync(RunPlan plan, IReadOnlyList<ColumnProfile> current, CancellationToken ct)
    {
        var gate = plan.Job.Drift;
        var ruling = DriftRuling.Of(await new DriftJudge(database).JudgeAsync(plan.Run, current, gate, ct).ConfigureAwait(false), gate.Action);
        if (!plan.Job.AllowsChanges && await ChangeAsync(plan, ct).ConfigureAwait(false) is { } change)
        {
            return new GateVerdict.Hold($"{change}. Applications that look up would fail or misread, so it is held; quality.allowChanges: true in the job "
                + $"publishes such a run. {ruling.Reason}", ruling.Report);
        }
        return ruling.Holds ? new GateVerdict.Hold(ruling.Reason, ruling.Report) : new GateVerdict.Pass(ruling.Reason, ruling.Report);
    }

    // A run that is older than what serves is not going to serve, whatever its keys are.
    private async Task<string?> ChangeAsync(RunPlan plan, CancellationToken ct)
    {
        if (await new SnapshotStore(database).CurrentAsync(plan.Job.Serving.Name, ct).ConfigureAwait(false) is not { } serving
            || serving.Run == plan.Run || serving.AsOf > plan.Run.ScheduledAt)
            return null;
        return ServedChange.Between(serving, await new RunStore(database).PlanAsync(serving.Run, ct).ConfigureAwait(false), plan);
    }
}
