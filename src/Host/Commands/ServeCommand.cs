using System.CommandLine;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Health;
using BatchEngine.Host.Serving;
using BatchEngine.Host.Terminal;

namespace BatchEngine.Host.Commands;

/// <summary>`serve`, and its roles by themselves: `scheduler`, `router` and `endpoint`. Each runs until Ctrl-C or SIGTERM.</summary>
internal static class ServeCommand
{
    private static readonly Option<string?> Url = new("--url") { Description = "Where to listen [default: the configuration's httpUrl]" };
    private static readonly Option<string?> JobsFolder =
        new("--jobs") { Description = "Folder of job files to schedule [default: the configuration's jobsDirectory]" };
    private static readonly Option<bool> Quiet = new("--quiet", "-q") { Description = "Say nothing of nights that end well" };
    private static readonly Option<bool> Init = new("--init") { Description = "The data folder is new on purpose: be ready before its first run" };
    private static readonly Option<bool> NoScheduler = new("--no-scheduler") { Description = "Only answer look-ups" };

    /// <summary>All roles in one process.</summary>
    public static Command BuildServe(GlobalOptions globals) => Verb.Does(
        new Command("serve", "Schedule the jobs of a folder and answer look-ups over HTTP: GET /v1/predictions/{model}/{key}. It is scheduler, router and "
            + "endpoint in one process.") { Url, JobsFolder, NoScheduler, Quiet, Init }, globals,
        (verb, ct) => RunAsync(verb, configuration => Common(verb, configuration) with
        {
            Http2Url = configuration.Http2Url,
            JobsFolder = verb.Line.GetValue(NoScheduler) ? null : Jobs(verb, configuration),
        }, ct));

    /// <summary>Only the schedule.</summary>
    public static Command BuildScheduler(GlobalOptions globals) => Verb.Does(
        new Command("scheduler", "Schedule the jobs of a folder and lead their runs; answer no look-ups. Several on one database share the work, and one that "
            + "dies is replaced by the others.") { Url, JobsFolder, Quiet, Init }, globals,
        (verb, ct) => RunAsync(verb, configuration => Common(verb, configuration) with
        {
            JobsFolder = Jobs(verb, configuration),
            Routes = false,
            Scores = false,
        }, ct));

    /// <summary>Only look-ups.</summary>
    public static Command BuildRouter(GlobalOptions globals) => Verb.Does(
        new Command("router", "Answer look-ups over HTTP from what is published: GET /v1/predictions/{model}/{key}. Any number of them may run.") { Url, Init },
        globals,
        (verb, ct) => RunAsync(verb, configuration => Common(verb, configuration) with { Http2Url = configuration.Http2Url, Scores = false }, ct));

    /// <summary>Only real-time scoring.</summary>
    public static Command BuildEndpoint(GlobalOptions globals) => Verb.Does(
        new Command("endpoint", "Score in real time for routers, which name it by realtimeUrl. Any number of them may run behind one address.") { Url, Init },
        globals, (verb, ct) => RunAsync(verb, configuration => Common(verb, configuration) with { Routes = false }, ct));

    private static ServeSettings Common(Verb verb, EngineConfiguration configuration) =>
        new(verb.Line.GetValue(Url) ?? configuration.HttpUrl) { IsInit = verb.Line.GetValue(Init) };

    private static string Jobs(Verb verb, EngineConfiguration configuration) => verb.Line.GetValue(JobsFolder) ?? configuration.JobsDirectory;

    private static async Task<int> RunAsync(Verb verb, Func<EngineConfiguration, ServeSettings> settingsOf, CancellationToken ct)
    {
        var configuration = verb.Configuration();
        using var logs = ServeHost.Log(verb.Screen, verb.Line.GetResult(Quiet) is not null && verb.Line.GetValue(Quiet));
        var events = new RunEventsToLog(logs);
        var log = logs.CreateLogger("BatchEngine.Engine");
        await using var engine = await Engine.OpenAsync(configuration, verb.Clock, () => events, text => ServeEvents.Noted(log, text), ct)
            .ConfigureAwait(false);
        await using var host = ServeHost.Build(engine, settingsOf(configuration), logs);
        events.Metrics = host.Services.GetRequiredService<ServeMetrics>();
        await ServeHost.RunAsync(host, ct).ConfigureAwait(false);
        if (host.Services.GetService<LookupBooks>() is not { } books || await books.CloseAsync().ConfigureAwait(false) is not { } lost)
            return ExitCode.Done;
        verb.Screen.Error(lost);
        return ExitCode.Violation;
    }
}
