using System.CommandLine;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.Host.Http;
using BatchEngine.Host.Terminal;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scheduler.Triggers;

namespace BatchEngine.Host.Commands;

/// <summary>`serve`: scheduler, router and real-time endpoint in one process, until Ctrl-C or SIGTERM.</summary>
internal static class ServeCommand
{
    private static readonly Option<string?> Url = new("--url") { Description = "Where to listen [default: the configuration's httpUrl]" };
    private static readonly Option<string?> JobsFolder =
        new("--jobs") { Description = "Folder of job files to schedule [default: the configuration's jobsDirectory]" };
    private static readonly Option<bool> NoScheduler = new("--no-scheduler") { Description = "Only answer look-ups" };

    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals) => Verb.Does(
        new Command("serve", "Schedule the jobs of a folder and answer look-ups over HTTP: GET /v1/predictions/{model}/{key}.") { Url, JobsFolder,
            NoScheduler }, globals, RunAsync);

    private static async Task<int> RunAsync(Verb verb, CancellationToken ct)
    {
        await using var engine = await verb.OpenEngineAsync(ct).ConfigureAwait(false);
        await using var lookups = new LookupService(engine, verb.Screen.Note);
        await lookups.Catalog.RefreshAsync(ct).ConfigureAwait(false);
        var url = verb.Line.GetValue(Url) ?? engine.Configuration.HttpUrl;
        await using var web = HttpServer.Build(engine, lookups, url, verb.Screen);
        await StartAsync(web, url, ct).ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var follow = Task.WhenAll(lookups.FollowAsync(stop.Token), lookups.KeepBooksAsync(stop.Token));
        await using var scheduler = verb.Line.GetValue(NoScheduler) ? null : await ScheduleAsync(verb, engine, ct).ConfigureAwait(false);
        verb.Screen.Note($"Look-ups at {HttpServer.AddressOf(web)}/v1/predictions/{{model}}/{{key}}; stop with Ctrl-C.");
        await Task.Delay(Timeout.InfiniteTimeSpan, verb.Clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        verb.Screen.Note("Stopping: runs in progress finish their unit and can be resumed.");
        await web.StopAsync(CancellationToken.None).ConfigureAwait(false);
        await stop.CancelAsync().ConfigureAwait(false);
        await follow.ConfigureAwait(false);
        return ExitCode.Done;
    }

    private static async Task StartAsync(WebApplication web, string url, CancellationToken ct)
    {
        try
        {
            await web.StartAsync(ct).ConfigureAwait(false);
        }
        catch (FormatException problem)
        {
            throw new BadInputException("httpUrl", url, "an address such as http://localhost:5080", "Give it with --url, or as httpUrl in the configuration.",
                problem);
        }
        catch (IOException problem)
        {
            throw new BadInputException("httpUrl", url, "an address that is free",
                "Stop the other program, or choose another with --url http://localhost:5081.", problem);
        }
    }

    private static async Task<JobScheduler> ScheduleAsync(Verb verb, Engine engine, CancellationToken ct)
    {
        var jobs = JobFile.LoadAll(verb.Line.GetValue(JobsFolder) ?? engine.Configuration.JobsDirectory).Where(j => j.Schedule is not null).ToList();
        var scheduler = await JobScheduler.OpenAsync(engine.Database, new Starter(engine), engine.Decisions, TriggerSettings.Default, verb.Clock, ct)
            .ConfigureAwait(false);
        foreach (var job in jobs)
            await engine.Snapshots.SaveContractAsync(job.Serving, job, ct).ConfigureAwait(false);
        await scheduler.SyncAsync(jobs, ct).ConfigureAwait(false);
        await scheduler.StartAsync(ct).ConfigureAwait(false);
        foreach (var job in scheduler.List())
            verb.Screen.Note($"{job.Name}: {job.Cron} {job.TimeZone}, next {(job.Next is { } next ? Figures.Instant(next) : "never")}");
        return scheduler;
    }

    private sealed class Starter(Engine engine) : IRunStarter
    {
        public Task<RunOutcome> StartAsync(ScoringJob job, DateTimeOffset scheduledAt, CancellationToken drain) =>
            engine.RunAsync(job, new RunId(job.Name, scheduledAt), null, drain);
    }
}
