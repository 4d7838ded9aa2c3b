using BatchEngine.CostModel.Reports;
using BatchEngine.CostModel.Summaries;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Terminal;
using BatchEngine.Storage.Database.Runs;
using Spectre.Console;

namespace BatchEngine.Host.Screens;

/// <summary>Everything about one run, in the terminal and as one HTML file.</summary>
internal static class RunReportScreen
{
    /// <summary>Builds and shows the report; the HTML goes to the given path, or into the data directory's reports.</summary>
    public static async Task<int> ShowAsync(Screen screen, Engine engine, RunId run, string? html, CancellationToken ct)
    {
        if (await new UnstartedRunStore(engine.Database).FindAsync(run, ct).ConfigureAwait(false) is { } unstarted)
        {
            screen.Answer(unstarted, () => screen.Line($"{run}: not started, tried {Figures.Count(unstarted.Tries, "time", "times")}, "
                + (unstarted.RetryUntil is { } until ? $"is tried again until {Figures.Instant(until)}. " : "given up. ") + unstarted.Reason));
            return ExitCode.Violation;
        }
        var retired = await new RunStore(engine.Database).RetiredPartsAsync(run, ct).ConfigureAwait(false);
        if (retired.TryGetValue(RetentionKind.Runs, out var gone))
        {
            var record = await new RunStore(engine.Database).FindAsync(run, ct).ConfigureAwait(false);
            screen.Answer(new { run, retiredAt = gone, record }, () => screen.Line(
                $"{run} was {record?.State.ToString().ToLowerInvariant()} and was retired at {Figures.Instant(gone)}: its plan, its receipts and its files "
                + $"are gone. What it cost stays: batchengine cost report --run {run}"));
            return ExitCode.Done;
        }
        var report = await new RunReportBuilder(engine.Database, engine.Clock).BuildAsync(run,
            await engine.Prices.AssumptionAsync(ct).ConfigureAwait(false), ct).ConfigureAwait(false)
            ?? throw new BadInputException("run", run.ToString(), "a known run", "List the runs with: batchengine runs list.");
        var path = await WriteHtmlAsync(engine, report, html, ct).ConfigureAwait(false);
        // The report names blobs; a person opens files.
        foreach (var (part, at) in retired.OrderBy(r => r.Key))
            screen.Note($"{run}: its {part} were retired at {Figures.Instant(at)}.");
        Show(screen, report, path, [.. report.DeadLetters.Select(blob => engine.Blobs.PlaceOf(blob))]);
        return report.State is RunState.Failed or RunState.Held or RunState.Cancelled
            || (report.Plan.Budget is { } budget && new BudgetCheck(budget, report.Cost.Spend).IsOver) ? ExitCode.Violation : ExitCode.Done;
    }

    /// <summary>Shows the report.</summary>
    public static void Show(Screen screen, RunReport report, string html, IReadOnlyList<string> deadLetterFiles) =>
        screen.Answer(new { report, html, deadLetterFiles }, () => Print(screen, report, html, deadLetterFiles));

    /// <summary>Writes the page and says where.</summary>
    public static async Task<string> WriteHtmlAsync(Engine engine, RunReport report, string? html, CancellationToken ct)
    {
        var path = Path.GetFullPath(html ?? Path.Combine(engine.Configuration.DataDirectory, "reports", $"{report.Run}.html"));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path + ".partial", RunReportPage.Render(report), ct).ConfigureAwait(false);
        File.Move(path + ".partial", path, overwrite: true);
        return path;
    }

    private static void Print(Screen screen, RunReport report, string path, IReadOnlyList<string> deadLetters)
    {
        screen.Markup($"[bold]{Markup.Escape(report.Run.ToString())}[/]  {RunScreen.StateMarkup(report.State)}  {Markup.Escape(report.Note)}");
        var facts = new Grid().AddColumn().AddColumn();
        facts.AddRow("model", Markup.Escape(report.Model.ToString()));
        facts.AddRow("rows", $"{Figures.Count(report.Counts.Read)} read = {Figures.Count(report.Counts.Scored)} scored + "
            + $"{Figures.Count(report.Counts.Reused)} reused + {Figures.Count(report.Counts.Rejected)} rejected");
        if (report.FromStores is { } traffic)
            facts.AddRow("read from stores", traffic.InWords());
        facts.AddRow("keys served", report.Keys.TryGet(out var keys) ? Figures.Count(keys) : $"not measured ({report.Keys.Reason})");
        facts.AddRow("time", $"planned {Span(report.Plan.PlannedDuration)}, took {Span(report.Plan.ActualDuration)}");
        facts.AddRow("cost", Markup.Escape(
            $"planned {Figures.Price(report.Plan.PlannedCost)}, "
            + $"spent {Figures.Price(report.Cost.Total)}{(report.Cost.Spend.Missing() is { } missing ? $" and {missing}" : "")}, "
            + $"{Figures.Price(report.Cost.PerThousand.Made)} per 1,000 predictions"));
        if (report.Plan.Budget is { } budget)
            facts.AddRow("budget", Markup.Escape(new BudgetCheck(budget, report.Cost.Spend).InWords()));
        facts.AddRow("reuse", Markup.Escape(Reuse(report.Reuse)));
        facts.AddRow("saving", Markup.Escape($"against on-demand: {report.Cost.OnDemand.InWords()}"));
        facts.AddRow("", Markup.Escape($"against all real time: {report.Cost.AllRealtime.InWords()}"));
        if (report.Reuse.Base is not null)
            facts.AddRow("", Markup.Escape($"against scoring every row: {report.Reuse.AgainstFull.InWords()}"));
        foreach (var letter in deadLetters.Take(5))
            facts.AddRow("dead letters", Markup.Escape(letter));
        foreach (var interruption in report.Interruptions.Take(10))
            facts.AddRow("interrupted", Markup.Escape(interruption));
        screen.Draw(facts);
        if (report.Drift is { } drift)
            DriftScreen.Print(screen, drift);
        foreach (var decision in report.Decisions.Take(20))
            screen.Line($"{Figures.Instant(decision.At)}  {decision.Subject.Text()}: {decision.Choice} ({decision.Reason})");
        screen.Line($"HTML report: {path}");
    }

    /// <summary>One sentence about what was taken over.</summary>
    private static string Reuse(ReportReuse reuse) => reuse.Base is { } from
        ? reuse.Grown is { } grown ? $"from run {from} the first {Figures.Count(grown.ParentTrees)} of {Figures.Count(grown.Trees)} trees of unchanged rows"
            : $"from run {from}; {(reuse.RowsNotRead > 0 ? $"{Figures.Count(reuse.RowsNotRead)} rows without reading their files" : "every file was read")}"
        : $"none: {reuse.Why}";

    private static string Span(Measured<TimeSpan> span) =>
        Markup.Escape(span.TryGet(out var value) ? Figures.Duration(value) : $"not measured ({span.Reason})");
}
