using BatchEngine.Domain;

namespace BatchEngine.CostModel.Drift;

/// <summary>What a run's drift means for its snapshot.</summary>
/// <param name="Holds">Whether the snapshot is held back.</param>
/// <param name="Reason">The numbers that decided, for a person.</param>
/// <param name="Report">The comparison behind it.</param>
public sealed record DriftRuling(bool Holds, string Reason, DriftReport Report)
{
    /// <summary>Where the job says that drift holds, a snapshot is held back when a column drifted, and when the baseline is unknown: then nobody looked. A
    /// first run, and columns with too few rows, hold nothing.</summary>
    public static DriftRuling Of(DriftReport report, DriftAction action)
    {
        var drifted = report.Columns.Where(c => c.Verdict == DriftVerdict.Drifted).Select(c => c.Column).ToList();
        var unmeasured = report.Columns.Count - report.MeasuredColumns;
        var rest = unmeasured == 0 ? "" : $", {unmeasured} not measured";
        var reason = (report.UnknownBaseline, report.Verdict) switch
        {
            ({ } unknown, _) => $"drift was not measured: {unknown}",
            (_, DriftVerdict.Drifted) => $"{drifted.Count} of {report.Columns.Count} columns drifted against {report.Baseline}: {string.Join(", ", drifted)}",
            (_, DriftVerdict.Stable) => $"{report.MeasuredColumns} columns stable{rest} against {report.Baseline}",
            _ => "drift was not measured: " + (report.Columns.Count > 0 ? report.Columns[0].Reason : "no column was profiled"),
        };
        var holds = action == DriftAction.Hold && (report.Verdict == DriftVerdict.Drifted || report.UnknownBaseline is not null);
        return new DriftRuling(holds, reason, report);
    }
}
