using BatchEngine.Domain;
using BatchEngine.Host.Terminal;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Runs;
using Spectre.Console;

namespace BatchEngine.Host.Screens;

/// <summary>A drift report as a table, drifted columns first.</summary>
internal static class DriftScreen
{
    /// <summary>Prints the verdict on every column with its numbers.</summary>
    public static void Print(Screen screen, DriftReport report) => Print(screen, report, _ => true);

    private static void Print(Screen screen, DriftReport report, Func<ColumnDrift, bool> isShown)
    {
        screen.Line($"{Sentence(report)}.");
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

    /// <summary>What a report comes to, without a full stop: columns of which nothing can be said are never counted as steady.</summary>
    public static string Sentence(DriftReport report)
    {
        if (report.UnknownBaseline is { } unknown)
            return $"Drift was not measured: {unknown}";
        if (report.Baseline is not { } baseline)
            return "Drift was not measured: there is no baseline run yet";
        if (report.MeasuredColumns == 0)
            return $"Drift was not measured in any of {report.Columns.Count} columns against {baseline}";
        var (drifted, unmeasured) = (report.Columns.Count(c => c.Verdict == DriftVerdict.Drifted), report.Columns.Count - report.MeasuredColumns);
        return $"{drifted} of {report.MeasuredColumns} columns drifted against {baseline}{(unmeasured > 0 ? $"; {unmeasured} could not be measured" : "")}";
    }

    /// <summary>The runs with a note behind those whose drift a person should know of: a night that drifted must not look like any other.</summary>
    public static async Task<IReadOnlyList<RunRecord>> NoteAsync(StateDatabase database, IReadOnlyList<RunRecord> runs, CancellationToken ct)
    {
        var verdicts = await new ProfileStore(database).DriftVerdictsAsync([.. runs.Select(r => r.Run)], ct).ConfigureAwait(false);
        return [.. runs.Select(r => r.State == RunState.Held || !verdicts.TryGetValue(r.Run, out var verdict) ? r
            : r with { Note = $"{(r.Note.Length > 0 ? $"{r.Note}; " : "")}{(verdict == DriftVerdict.Drifted ? "drifted" : "drift not measured")}" })];
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
