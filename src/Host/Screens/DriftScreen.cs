using BatchEngine.Domain;
using BatchEngine.Host.Terminal;
using Spectre.Console;

namespace BatchEngine.Host.Screens;

/// <summary>A drift report as a table, drifted columns first.</summary>
internal static class DriftScreen
{
    /// <summary>Prints the verdict on every column with its numbers.</summary>
    public static void Print(Screen screen, DriftReport report) => Print(screen, report, _ => true);

    private static void Print(Screen screen, DriftReport report, Func<ColumnDrift, bool> isShown)
    {
        var drifted = report.Columns.Count(c => c.Verdict == DriftVerdict.Drifted);
        screen.Line(report.Baseline is { } baseline
            ? $"{drifted} of {report.Columns.Count} columns drifted against {baseline}."
            : "Drift was not measured: there is no baseline run yet.");
        if (report.Sample is { OneIn: > 1 } sample)
            screen.Line($"This run: {sample}.");
        if (report.BaselineSample is { OneIn: > 1 } before && before != report.Sample)
            screen.Line($"Baseline: {before}.");
        if (report.Baseline is null || !report.Columns.Any(isShown))
            return;
        var table = new Table().Border(TableBorder.Simple).AddColumns("column", "verdict").AddColumn("PSI", c => c.RightAligned())
            .AddColumn("KS", c => c.RightAligned())
            .AddColumn("missing then", c => c.RightAligned()).AddColumn("now", c => c.RightAligned()).AddColumn("reason");
        foreach (var column in report.Columns.Where(isShown))
        {
            table.AddRow(Markup.Escape(column.IsOutput ? $"{column.Column} (output)" : column.Column), VerdictMarkup(column.Verdict),
                Text(column.Psi, Figures.Number), Text(column.Ks, Figures.Number),
                Text(column.MissingShareBaseline, Figures.Share), Text(column.MissingShareCurrent, Figures.Share), Markup.Escape(column.Reason));
        }

        screen.Draw(table);
    }

    /// <summary>Prints only what drifted, and how much did not.</summary>
    public static void PrintDrifted(Screen screen, DriftReport report) => Print(screen, report, c => c.Verdict == DriftVerdict.Drifted);

    private static string VerdictMarkup(DriftVerdict verdict) => verdict switch
    {
        DriftVerdict.Drifted => "[red]drifted[/]",
        DriftVerdict.Stable => "[green]stable[/]",
        _ => "not measured",
    };

    private static string Text(Measured<double> value, Func<double, string> format) => value.TryGet(out var number) ? format(number) : "-";
}
