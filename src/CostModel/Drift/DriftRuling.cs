using BatchEngine.Domain;

namespace BatchEngine.CostModel.Drift;

/// <summary>What a run's drift means for its snapshot.</summary>
/// <param name="Holds">Whether the snapshot is held back.</param>
/// <param name="Reason">The numbers that decided, for a person.</param>
/// <param name="Report">The comparison behind it.</param>
public sealed record DriftRuling(bool Holds, string Reason, DriftReport Report)
{
    /// <summary>A snapshot is held back when a column drifted and the job says that drift holds; what was not measured never holds.</summary>
    public static DriftRuling Of(DriftReport report, DriftAction action)
    {
        var drifted = report.Columns.Where(c => c.Verdict == DriftVerdict.Drifted).Select(c => c.Column).ToList();
        var reason = report.Verdict switch
        {
            DriftVerdict.Drifted => $"{drifted.Count} of {report.Columns.Count} columns drifted against {report.Baseline}: {string.Join(", ", drifted)}",
            DriftVerdict.Stable => $"{report.Columns.Count} columns stable against {report.Baseline}",
            _ => "drift was not measured: " + (report.Columns.Count > 0 ? report.Columns[0].Reason : "no column was profiled"),
        };
        return new DriftRuling(report.Verdict == DriftVerdict.Drifted && action == DriftAction.Hold, reason, report);
    }
}
