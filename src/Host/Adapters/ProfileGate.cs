using BatchEngine.CostModel.Drift;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Database.Engine;

namespace BatchEngine.Host.Adapters;

/// <summary>Judges a sealed run's drift by the cost model's comparison and the job's gate. Thread-safe.</summary>
internal sealed class ProfileGate(StateDatabase database) : IRunGate
{
    /// <inheritdoc/>
    public async Task<GateVerdict> JudgeAsync(RunPlan plan, IReadOnlyList<ColumnProfile> current, CancellationToken ct)
    {
        var gate = plan.Job.Drift;
        var report = await new DriftJudge(database).JudgeAsync(plan.Run, current, gate, ct).ConfigureAwait(false);
        var drifted = report.Columns.Where(c => c.Verdict == DriftVerdict.Drifted).Select(c => c.Column).ToList();
        var reason = report.Verdict switch
        {
            DriftVerdict.Drifted => $"{drifted.Count} of {report.Columns.Count} columns drifted against {report.Baseline}: {string.Join(", ", drifted)}",
            DriftVerdict.Stable => $"{report.Columns.Count} columns stable against {report.Baseline}",
            _ => "drift was not measured: " + (report.Columns.Count > 0 ? report.Columns[0].Reason : "no column was profiled"),
        };
        return report.Verdict == DriftVerdict.Drifted && gate.Action == DriftAction.Hold ? new GateVerdict.Hold(reason, report)
            : new GateVerdict.Pass(reason, report);
    }
}
