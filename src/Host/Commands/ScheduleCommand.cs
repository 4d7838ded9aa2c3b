using System.CommandLine;
using BatchEngine.Domain;
using BatchEngine.Host.Terminal;
using BatchEngine.Scheduler.Triggers;
using BatchEngine.Storage.Database.Lanes;
using Spectre.Console;

namespace BatchEngine.Host.Commands;

/// <summary>`schedule`: what is decided of the scheduled jobs, and how to pause one, whichever process runs them.</summary>
internal static class ScheduleCommand
{
    private static readonly Argument<string> Job = new("job") { Description = "The job's name" };

    /// <summary>The verb and its parts.</summary>
    public static Command Build(GlobalOptions globals)
    {
        var schedule = new Command("schedule", "List, pause and resume the jobs that `serve` starts by themselves.");
        schedule.Subcommands.Add(Verb.Does(new Command("list", "Every scheduled job, and which of its runs have not ended."), globals, ListAsync));
        schedule.Subcommands.Add(Verb.Does(
            new Command("pause", "Start the job no more until it is resumed, also after a restart; a run going on ends.") { Job }, globals,
            (verb, ct) => SetAsync(verb, isPaused: true, ct)));
        schedule.Subcommands.Add(Verb.Does(
            new Command("resume", "Start the job again from its next occurrence on; what was due meanwhile is skipped.") { Job }, globals,
            (verb, ct) => SetAsync(verb, isPaused: false, ct)));
        return schedule;
    }

    private static async Task<int> ListAsync(Verb verb, CancellationToken ct)
    {
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        var jobs = await new LaneStore(engine.Database).ListAsync(ct).ConfigureAwait(false);
        verb.Screen.Answer(jobs, () =>
        {
            if (jobs.Count == 0)
            {
                verb.Screen.Line("No job is scheduled yet. `batchengine serve` schedules the jobs of its folder.");
                return;
            }

            var table = new Table().Border(TableBorder.Simple).AddColumns("job", "cron | time zone", "state", "runs that have not ended");
            foreach (var job in jobs)
            {
                table.AddRow(Markup.Escape(job.Job), Markup.Escape(job.Schedule), job.IsPaused ? "[yellow]paused[/]" : "",
                    job.Pending.Count == 0 ? "" : string.Join(", ", job.Pending.Select(Figures.Instant)));
            }

            verb.Screen.Draw(table);
        });
        return ExitCode.Done;
    }

    private static async Task<int> SetAsync(Verb verb, bool isPaused, CancellationToken ct)
    {
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        var job = verb.Line.GetValue(Job)!;
        if (!await new PauseSwitch(engine.Database).SetAsync(job, isPaused, ct).ConfigureAwait(false))
            throw new BadInputException("job", job, "a scheduled job", "List them with: batchengine schedule list.");
        verb.Screen.Answer(new { Job = job, IsPaused = isPaused }, () =>
            verb.Screen.Line(isPaused ? $"{job} is paused." : $"{job} is scheduled again from its next occurrence on."));
        return ExitCode.Done;
    }
}
