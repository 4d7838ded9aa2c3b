using BatchEngine.CostModel.Drift;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Database.Engine;

namespace BatchEngine.Host.Adapters;

/// <summary>Lets the cost model judge a sealed run's drift. Thread-safe.</summary>
internal sealed class DriftRunGate(StateDatabase database) : IRunGate
{
    /// <inheritdoc/>
    public async Task<GateVerdict> JudgeAsync(RunPlan plan, IReadOnlyList<ColumnProfile> current, CancellationToken ct)
    {
        var gate = plan.Job.Drift;
        var ruling = DriftRuling.Of(await new DriftJudge(database).JudgeAsync(plan.Run, current, gate, ct).ConfigureAwait(false), gate.Action);
        return ruling.Holds ? new GateVerdict.Hold(ruling.Reason, ruling.Report) : new GateVerdict.Pass(ruling.Reason, ruling.Report);
    }
}
