using System.CommandLine;
using BatchEngine.Domain;
using BatchEngine.Host.Commands.Options;
using BatchEngine.Host.Screens;
using BatchEngine.Host.Terminal;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;
using Spectre.Console;

namespace BatchEngine.Host.Commands;

/// <summary>`runs`: what ran, how it went, and how to go on.</summary>
internal static class RunsCommand
{
    private static readonly Argument<string> RunName = new("run") { Description = "A run id, for instance churn_20261123T020000Z" };
    private static readonly Option<string?> Job = new("--job") { Description = "Only this job's runs" };
    private static readonly Option<int> Limit = LimitOption();
    private static readonly Option<bool> All = AllOption();
    private static readonly Option<string> Why = SnapshotsCommand.WhyOption();
    private static readonly Option<string?> Html = new("--html") { Description = "Also write the report as one HTML file to this path" };

    /// <summary>How many a list shows.</summary>
    public static Option<int> LimitOption() => new("--limit") { Description = "How many to list, newest first", DefaultValueFactory = _ => 20 };

    /// <summary>Whether a list shows all that there are.</summary>
    public static Option<bool> AllOption() => new("--all") { Description = "List all there are" };

    /// <summary>The verb and its parts.</summary>
    public static Command Build(GlobalOptions globals)
    {
        var runs = new Command("runs", "List, show, resume, release and cancel runs.");
        runs.Subcommands.Add(Verb.Does(new Command("list", "Runs, newest first.") { Job, Limit, All }, globals, ListAsync));
        runs.Subcommands.Add(Verb.Does(
            new Command("show", "Everything about one run: planned against actual, rows, cost, saving, drift, decisions.") { RunName, Html }, globals,
            ShowAsync));
        runs.Subcommands.Add(Verb.Does(new Command("resume", "Go on with a run that was stopped or failed; finished work is not done again.") { RunName },
            globals, ResumeAsync));
        runs.Subcommands.Add(Verb.Does(new Command("release",
            "Let a run pass that was held back: its snapshot serves unless a newer one does, its outputs are the job's, and later runs are compared with it.")
            { RunName, Why }, globals, ReleaseAsync));
        runs.Subcommands.Add(Verb.Does(new Command("cancel", "Stop a run for good; its workers stop at their next checkpoint.") { RunName }, globals,
            CancelAsync));
        return runs;
    }

    private static async Task<int> ListAsync(Verb verb, CancellationToken ct)
    {
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        var limit = verb.Line.GetValue(All) ? int.MaxValue : verb.Line.GetValue(Limit);
        var runs = await new RunStore(engine.Database).ListAsync(verb.Line.GetValue(Job), limit, ct).ConfigureAwait(false);
        runs = await DriftScreen.NoteAsync(engine.Database, runs, ct).ConfigureAwait(false);
        var unstarted = await new UnstartedRunStore(engine.Database).ListAsync(verb.Line.GetValue(Job), limit, ct).ConfigureAwait(false);
        List<RunRow> rows = [.. runs.Select(RunRow.Of).Concat(unstarted.Select(RunRow.Of)).OrderByDescending(r => r.PlannedAt).Take(limit)];
        verb.Screen.Answer(rows, () =>
        {
            if (rows.Count == 0)
                verb.Screen.Line("No runs yet. Start one with: batchengine run JOB.yaml");
            else
                verb.Screen.Draw(RunTable(rows));
        });
        return ExitCode.Done;
    }

    private static async Task<int> ShowAsync(Verb verb, CancellationToken ct)
    {
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        return await RunReportScreen.ShowAsync(verb.Screen, engine, Instants.ReadRun(verb.Line.GetValue(RunName)!), verb.Line.GetValue(Html), ct)
            .ConfigureAwait(false);
    }

    private static async Task<int> ResumeAsync(Verb verb, CancellationToken ct)
    {
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        var run = Instants.ReadRun(verb.Line.GetValue(RunName)!);
        var plan = await new RunStore(engine.Database).PlanAsync(run, ct).ConfigureAwait(false)
            ?? throw new BadInputException("run", run.ToString(), "a run that was planned before", "List the runs with: batchengine runs list.");
        return await RunScreen.RunAsync(verb.Screen, engine, plan.Job, run, ct).ConfigureAwait(false);
    }

    private static async Task<int> ReleaseAsync(Verb verb, CancellationToken ct)
    {
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        var run = Instants.ReadRun(verb.Line.GetValue(RunName)!);
        var outcome = await engine.Jobs.ReleaseAsync(run, new ByHand(Environment.UserName, verb.Line.GetValue(Why)!), ct).ConfigureAwait(false);
        var serves = outcome is PublishOutcome.Published;
        verb.Screen.Answer(new { run, serves }, () => verb.Screen.Line(outcome is PublishOutcome.NewerServes newer
            ? $"{run} is completed; snapshot {newer.Current.Id} of {newer.Current.Run} is newer and keeps serving."
            : $"{run} is published and serves."));
        return ExitCode.Done;
    }

    private static async Task<int> CancelAsync(Verb verb, CancellationToken ct)
    {
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        var run = Instants.ReadRun(verb.Line.GetValue(RunName)!);
        var record = await new RunStore(engine.Database).FindAsync(run, ct).ConfigureAwait(false)
            ?? throw new BadInputException("run", run.ToString(), "a known run", "List the runs with: batchengine runs list.");
        var moved = await engine.Jobs.CancelAsync(run, Environment.UserName, ct).ConfigureAwait(false);
        verb.Screen.Answer(new { run, cancelled = moved, state = record.State }, () =>
            verb.Screen.Line(moved ? $"{run} is cancelled." : $"{run} is {record.State.ToString().ToLowerInvariant()}; nothing to cancel."));
        return moved ? ExitCode.Done : ExitCode.Violation;
    }

    private static Table RunTable(IReadOnlyList<RunRow> runs)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("run", "state", "model").AddColumn("rows", c => c.RightAligned())
            .AddColumns("planned", "took", "note");
        foreach (var run in runs)
        {
            var took = run is { StartedAt: { } from, EndedAt: { } to } ? Figures.Duration(to - from) : "";
            table.AddRow(Markup.Escape(run.Run.ToString()), run.StateMarkup, Markup.Escape(run.Model?.ToString() ?? ""),
                run.Rows is { } rows ? Figures.Count(rows) : "", Figures.Instant(run.PlannedAt), took, Markup.Escape(run.Note));
        }

        return table;
    }
}
