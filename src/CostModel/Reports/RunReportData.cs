using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Reports;

/// <summary>
/// The report's figures inside its page, exact, for programs that read it: the document that `runs show --json` prints, without the lists that the page's
/// tables hold and with no more columns than the page shows. Pure.
/// </summary>
internal static class RunReportData
{
    private static readonly string[] InTables =
        [nameof(RunReport.Shards), nameof(RunReport.Workers), nameof(RunReport.Interruptions), nameof(RunReport.DeadLetters), nameof(RunReport.Decisions),
            nameof(RunReport.Provenance), nameof(ReportPlan.Rejected), nameof(ReportHistogram.Labels), nameof(ColumnDrift.Reason)];

    private const int MaxNameLength = 80;

    private static readonly JsonSerializerOptions Layout = new(AnswerLayout.Embedded)
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveOutTables } },
    };

    internal static string Write(RunReport report) => JsonSerializer.Serialize(
        report with
        {
            Note = ReportText.Cut(report.Note),
            Drift = report.Drift is { } drift
                ? drift with
                {
                    Columns =
                    [.. drift.Columns.Take(DriftSection.MaxColumns).Select(c => c with { Column = ReportText.Cut(c.Column, MaxNameLength) })]
                } : null,
            Histograms = [.. report.Histograms.Take(DriftSection.MaxHistograms).Select(h => h with { Column = ReportText.Cut(h.Column, MaxNameLength) })],
        },
        Layout);

    private static void LeaveOutTables(JsonTypeInfo type)
    {
        if (type.Type != typeof(RunReport) && type.Type != typeof(ReportPlan) && type.Type != typeof(ReportHistogram) && type.Type != typeof(ColumnDrift))
            return;
        foreach (var property in type.Properties.Where(p => InTables.Contains(p.Name, StringComparer.OrdinalIgnoreCase)).ToList())
            type.Properties.Remove(property);
    }
}
