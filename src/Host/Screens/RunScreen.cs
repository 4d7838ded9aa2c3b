using BatchEngine.CostModel.Reports;
using BatchEngine.CostModel.Summaries;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Terminal;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Host.Screens;

/// <summary>Runs a run with a progress bar and says how it ended.</summary>
internal static class RunScreen
{
    /// <summary>Runs or resumes it.</summary>
    /// <returns>Done when published or completed (now or before), inconclusive when another process leads it, else a violation.</returns>
    public static async Task<int> RunAsync(Screen screen, Engine engine, ScoringJob job, RunId run, CancellationToken ct, bool full = false,
        bool failOnDrift = false)
    {
        var answer = await EndAsync(screen, engine, job, run, ct, full, failOnDrift).ConfigureAwait(false);
        screen.Answer(answer, () => Print(screen, answer));
        ct.ThrowIfCancellationRequested();
        return answer.Code;
    }

    /// <summary>Runs or resumes it, and says nothing of its end yet.</summary>
    public static async Task<RunAnswer> EndAsync(Screen screen, Engine engine, ScoringJob job, RunId run, CancellationToken ct, bool full,
        bool failOnDrift = false)
    {
        var outcome = await new ProgressDisplay(screen, engine.Clock).ShowAsync(run.ToString(),
            progress => engine.Jobs.RunAsync(job, run, new RunProgressToScreen(progress), ct, full)).ConfigureAwait(false);
        var answer = new RunAnswer(run, outcome.GetType().Name, Describe(run, outcome))
        {
            Code = CodeOf(outcome),
            HasReport = outcome is RunOutcome.Published or RunOutcome.Completed or RunOutcome.Held
        };
        if (answer.HasReport || outcome is RunOutcome.Failed)
            answer = answer with { Page = await PageAsync(screen, engine, run).ConfigureAwait(false) };
        if (!answer.HasReport || await new RunStore(engine.Database).FindAsync(run, CancellationToken.None).ConfigureAwait(false) is not { } record)
            return answer;
        var counts = (await new ReceiptStore(engine.Database).ListAsync(run, CancellationToken.None).ConfigureAwait(false))
            .Aggregate(default(RowCounts), (sum, r) => sum + r.Final.Counts);
        var plan = await new RunStore(engine.Database).PlanAsync(run, CancellationToken.None).ConfigureAwait(false);
        var budget = plan is null ? null : await BudgetCheck.OfAsync(engine.Database, plan, CancellationToken.None).ConfigureAwait(false);
        var drift = await new ProfileStore(engine.Database).FindDriftAsync(run, CancellationToken.None).ConfigureAwait(false);
        var code = answer.Code == ExitCode.Done && budget is { IsKept: false } ? budget.IsOver ? ExitCode.Violation : ExitCode.Inconclusive : answer.Code;
        return answer with
        {
            Budget = budget is { IsKept: false } ? budget.InWords() : null,
            Drift = drift?.Baseline is null ? null : DriftScreen.Sentence(drift),
            HasDrifted = drift?.Verdict == DriftVerdict.Drifted,
            Code = failOnDrift && drift?.Verdict == DriftVerdict.Drifted ? ExitCode.Violation : code,
            Rows = counts,
            Means = plan is null ? [] : FeatureMeans.In(plan.Job.Features, plan.Features),
            Took = record is { StartedAt: { } from, EndedAt: { } to } ? to - from : null,
        };
    }

    // The run has ended whatever becomes of its page.
    private static async Task<string?> PageAsync(Screen screen, Engine engine, RunId run)
    {
        try
        {
            return await new RunReportBuilder(engine.Database, engine.Clock).BuildAsync(run,
                await engine.Prices.AssumptionAsync(CancellationToken.None).ConfigureAwait(false), CancellationToken.None).ConfigureAwait(false) is { } report
                ? await RunReportScreen.WriteHtmlAsync(engine, report, null, CancellationToken.None).ConfigureAwait(false) : null;
        }
        catch (Exception problem) when (problem is (BatchEngineException and not InvariantBrokenException) or IOException or UnauthorizedAccessException)
        {
            screen.Note($"{run}: its report could not be written: {problem.Message}");
            return null;
        }
    }

    /// <summary>How it ended, for a person.</summary>
    public static void Print(Screen screen, RunAnswer answer)
    {
        screen.Line(answer.Detail);
        if (answer.Rows is { } rows)
            screen.Line(Work(rows, answer.Took));
        if (answer.Budget is { } budget)
            screen.Line(budget);
        if (answer.Means.Count > 0)
            screen.Line($"Means in place of missing values: {FeatureMeans.Words(answer.Means)}.");
        if (answer.Drift is { } drift)
            screen.Line(answer.HasDrifted ? $"Drift: {drift}. See: batchengine drift report {answer.Run}" : $"{drift}.");
        if (answer.HasReport)
            screen.Line($"Report: batchengine runs show {answer.Run}" + (answer.Page is { } page ? $" or {page}" : ""));
    }

    /// <summary>"1,000,978 rows in 1.5 s, 655.1 k rows/s: 154,766 scored, 846,172 unchanged and taken over, 40 rejected."</summary>
    public static string Work(RowCounts rows, TimeSpan? took)
    {
        var speed = took is { } span && span > TimeSpan.Zero ? $" in {Figures.Duration(span)}, {Figures.Rate(rows.Read / span.TotalSeconds)}" : "";
        var reused = rows.Reused > 0 ? $", {Figures.Count(rows.Reused)} unchanged and taken over" : "";
        return $"{Figures.Count(rows.Read)} rows{speed}: {Figures.Count(rows.Scored)} scored{reused}, {Figures.Count(rows.Rejected)} rejected.";
    }

    /// <summary>A state with its colour, as Spectre markup.</summary>
    public static string StateMarkup(RunState state)
    {
        var colour = state switch
        {
            RunState.Published or RunState.Completed => "green",
            RunState.Held => "yellow",
            RunState.Failed or RunState.Cancelled => "red",
            _ => "blue",
        };
        return $"[{colour}]{state.ToString().ToLowerInvariant()}[/]";
    }

    /// <summary>One sentence about how it ended.</summary>
    public static string Describe(RunId run, RunOutcome outcome) => outcome switch
    {
        RunOutcome.Published o => $"{run}: published snapshot {o.Snapshot.Id} with {Figures.Count(o.Snapshot.Keys)} keys as '{o.Snapshot.ServingName}'.",
        RunOutcome.Held o => $"{run}: held back, the earlier snapshot keeps serving. {o.Reason}",
        RunOutcome.Completed o => $"{run}: completed, not published. Its outputs are written. {o.Reason}",
        RunOutcome.Failed { MayResume: false } o => $"{run}: failed. {o.Reason}",
        RunOutcome.Failed o => $"{run}: failed. {o.Reason} Finished work is kept: batchengine runs resume {run}",
        RunOutcome.Cancelled o => $"{run}: cancelled. {o.Reason}",
        RunOutcome.AlreadyEnded o => $"{run}: had already ended as {o.Record.State.ToString().ToLowerInvariant()}; nothing was done.",
        RunOutcome.Following o => $"{run}: another process leads it (now {o.State.ToString().ToLowerInvariant()}); nothing was done here.",
        RunOutcome.Refused o => $"{run}: not started ({o.Why}). {o.Reason}",
        RunOutcome.Interrupted o => $"{run}: stopped while {o.State.ToString().ToLowerInvariant()}; the same command goes on from there.",
        _ => throw new InvariantBrokenException("every outcome is described", outcome.GetType().Name),
    };

    private static int CodeOf(RunOutcome outcome) => outcome switch
    {
        RunOutcome.Published or RunOutcome.Completed => ExitCode.Done,
        RunOutcome.AlreadyEnded { Record.State: RunState.Published or RunState.Completed } => ExitCode.Done,
        RunOutcome.Following => ExitCode.Inconclusive,
        RunOutcome.Interrupted => ExitCode.Interrupted,
        _ => ExitCode.Violation,
    };
}
