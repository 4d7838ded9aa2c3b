using System.CommandLine;
using BatchEngine.Domain;
using BatchEngine.Host.Commands.Options;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.Host.Screens;
using BatchEngine.Host.Terminal;
using BatchEngine.Router.Routing;
using BatchEngine.Scheduler.Triggers;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Host.Commands;

/// <summary>`run`, `plan` and `backfill`: one job file, one run, none, or many.</summary>
internal static class RunCommand
{
    /// <summary>The most runs of one backfill.</summary>
    private const int MaxBackfillRuns = 1_000;

    private static readonly Argument<string> JobPath = new("job") { Description = "The job's YAML file" };
    private static readonly Option<string?> AsOf =
        new("--as-of") { Description = "The scheduled instant this run stands for [default: the latest due by the schedule, else now]" };
    private static readonly Option<bool> AllowFuture =
        new("--allow-future") { Description = "Accept a scheduled instant that has not come: its snapshot is stale until then, and holds back earlier nights" };
    private static readonly Option<int?> Workers = new("--workers", "-w") { Description = "Workers, instead of the job's; 0 means one per core" };
    private static readonly Option<bool> ChildProcesses =
        new("--child-processes") { Description = "Run workers as child processes, so that one can die without the others" };
    private static readonly Option<bool> Full =
        new("--full") { Description = "Score every row, also those that did not change since the snapshot that is served" };
    private static readonly Option<bool> FailOnDrift =
        new("--fail-on-drift") { Description = "End with exit code 1 when a column drifted, also where the job publishes all the same" };
    private static readonly Option<string> From = new("--from") { Description = "First scheduled instant, inclusive", Required = true };
    private static readonly Option<string> To = new("--to") { Description = "Last scheduled instant, exclusive", Required = true };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Only list the runs" };

    /// <summary>`run JOB`.</summary>
    public static Command BuildRun(GlobalOptions globals) => Verb.Does(
        new Command("run", """
            Run a job now: plan, score, seal, judge, publish, account. The same command after a crash goes on where it stopped.

              batchengine run config/jobs/customer-value.yaml
              batchengine run job.yaml --as-of 2026-11-23T02:00:00Z --workers 2
            """) { JobPath, AsOf, AllowFuture, Workers, ChildProcesses, Full, FailOnDrift }, globals, RunAsync);

    /// <summary>`plan JOB`.</summary>
    public static Command BuildPlan(GlobalOptions globals) => Verb.Does(
        new Command("plan", "Show what a run would do and cost; nothing is started or stored.") { JobPath, AsOf, Workers, Full }, globals, PlanAsync);

    /// <summary>`backfill JOB`.</summary>
    public static Command BuildBackfill(GlobalOptions globals) => Verb.Does(
        new Command("backfill", "Run every scheduled instant between two instants that has no finished run, oldest first.") { JobPath, From, To,
            AllowFuture, DryRun, Full, FailOnDrift }, globals, BackfillAsync);

    private static async Task<int> RunAsync(Verb verb, CancellationToken ct)
    {
        var job = ReadJob(verb);
        var run = RunOf(verb, job);
        RefuseFuture(verb, run.ScheduledAt, "--as-of");
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        return await RunScreen.RunAsync(verb.Screen, engine, job, run, ct, verb.Line.GetValue(Full), verb.Line.GetValue(FailOnDrift)).ConfigureAwait(false);
    }

    private static async Task<int> PlanAsync(Verb verb, CancellationToken ct)
    {
        var job = ReadJob(verb);
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        var outcome = await engine.Jobs.PlanAsync(verb.Line.GetValue(Full) ? job with { ReusesUnchanged = false } : job, RunOf(verb, job), ct)
            .ConfigureAwait(false);
        return PlanScreen.Show(verb.Screen, outcome);
    }

    // A night whose input cannot be used does not take the later ones with it.
    private static async Task<RunAnswer> BackfillNightAsync(Verb verb, Engine engine, ScoringJob job, RunId run, CancellationToken ct)
    {
        try
        {
            return await RunScreen.EndAsync(verb.Screen, engine, job, run, ct, verb.Line.GetValue(Full), verb.Line.GetValue(FailOnDrift))
                .ConfigureAwait(false);
        }
        catch (BadInputException problem)
        {
            return new RunAnswer(run, "NotStarted", $"{run}: not started. {problem.Message}") { Code = ExitCode.Violation };
        }
    }

    private static async Task<int> BackfillAsync(Verb verb, CancellationToken ct)
    {
        var job = ReadJob(verb);
        var schedule = job.Schedule
            ?? throw new BadInputException(verb.Line.GetValue(JobPath)!, "no schedule", "a schedule with cron and timeZone",
            "Add one, or use: batchengine run JOB --as-of T.");
        var (from, to) = (Instants.Read(verb.Line.GetValue(From)!, "--from"), Instants.Read(verb.Line.GetValue(To)!, "--to"));
        if (from >= to)
            throw new BadInputException("--to", verb.Line.GetValue(To)!, $"an instant after --from {verb.Line.GetValue(From)}",
                "The first instant comes with --from, the last, exclusive, with --to.");
        var due = new CronOccurrences(schedule, $"job {job.Name}").Between(from.AddTicks(-1), to.AddTicks(-1), MaxBackfillRuns);
        if (due.Count == 0)
            verb.Screen.Note($"{job.Name}: its schedule has no instant from {Figures.Instant(from)} to {Figures.Instant(to)}.");
        if (due.Count > 0 && !verb.Line.GetValue(DryRun))
            RefuseFuture(verb, due[^1], "--to");
        if (CronWeekdays.NoteOf(schedule.Cron) is { } note)
            verb.Screen.Note($"{job.Name}: {note}");
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        var worst = ExitCode.Done;
        var answers = new List<RunAnswer>();
        foreach (var run in due.Select(at => new RunId(job.Name, at)))
        {
            if (await new RunStore(engine.Database).FindAsync(run, ct).ConfigureAwait(false) is { State: RunState.Published or RunState.Completed } old)
                answers.Add(new RunAnswer(run, old.State.ToString(), $"{run}: already {old.State.ToString().ToLowerInvariant()}") { IsOld = true });
            else if (verb.Line.GetValue(DryRun))
                answers.Add(new RunAnswer(run, "Due", run.ToString()));
            else
                answers.Add(await BackfillNightAsync(verb, engine, job, run, ct).ConfigureAwait(false));
            worst = Math.Max(worst, answers[^1].Code);
            if (!verb.Screen.Json && answers[^1].IsOld)
                verb.Screen.Note(answers[^1].Detail);
            else if (!verb.Screen.Json)
                RunScreen.Print(verb.Screen, answers[^1]);
            ct.ThrowIfCancellationRequested();
        }

        verb.Screen.Answer(answers, () => { });
        return worst;
    }

    private static ScoringJob ReadJob(Verb verb)
    {
        var job = JobFile.Load(verb.Line.GetValue(JobPath)!);
        if (verb.Line.GetValue(Workers) is { } workers)
            job = job with { Workers = WorkerCount.Require(workers) };
        return verb.Line.CommandResult.Command.Options.Contains(ChildProcesses) && verb.Line.GetValue(ChildProcesses)
            ? job with { WorkerMode = WorkerMode.ChildProcess } : job;
    }

    // A snapshot of a time to come would hold back every night until then as older than what serves.
    private static void RefuseFuture(Verb verb, DateTimeOffset scheduledAt, string option)
    {
        var now = verb.Clock.GetUtcNow();
        if (scheduledAt > now + RoutePolicy.MaxClockSkew && !verb.Line.GetValue(AllowFuture))
            throw new BadInputException(option, $"{Figures.Instant(scheduledAt)}, which is in the future",
                $"scheduled instants up to now ({Figures.Instant(now)})",
                "Mend the instant; --allow-future runs it all the same, and then nights before it are held back until it has come.");
    }

    private static RunId RunOf(Verb verb, ScoringJob job)
    {
        if (verb.Line.GetValue(AsOf) is { } asOf)
            return new RunId(job.Name, Instants.Read(asOf, "--as-of"));
        var now = verb.Clock.GetUtcNow();
        return new RunId(job.Name, job.Schedule is { } schedule ? new CronOccurrences(schedule, $"job {job.Name}").LatestDue(now) ?? now : now);
    }
}
