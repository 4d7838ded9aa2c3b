using System.CommandLine;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Health;
using BatchEngine.Host.Serving;
using BatchEngine.Host.Terminal;

namespace BatchEngine.Host.Commands;

/// <summary>`serve`: scheduler, router and real-time endpoint in one process, until Ctrl-C or SIGTERM.</summary>
internal static class ServeCommand
{
    private static readonly Option<string?> Url = new("--url") { Description = "Where to listen [default: the configuration's httpUrl]" };
    private static readonly Option<string?> JobsFolder =
        new("--jobs") { Description = "Folder of job files to schedule [default: the configuration's jobsDirectory]" };
    private static readonly Option<bool> Quiet = new("--quiet", "-q") { Description = "Say nothing of nights that end well" };
    private static readonly Option<bool> Init = new("--init") { Description = "The data folder is new on purpose: be ready before its first run" };
    private static readonly Option<bool> NoScheduler = new("--no-scheduler") { Description = "Only answer look-ups" };

    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals) => Verb.Does(
        new Command("serve", "Schedule the jobs of a folder and answer look-ups over HTTP: GET /v1/predictions/{model}/{key}.") { Url, JobsFolder,
            NoScheduler, Quiet, Init }, globals, RunAsync);

    private static async Task<int> RunAsync(Verb verb, CancellationToken ct)
    {
        var configuration = verb.Configuration();
        using var logs = ServeHost.Log(verb.Screen, verb.Line.GetValue(Quiet));
        var events = new RunEventsToLog(logs);
        var log = logs.CreateLogger("BatchEngine.Engine");
        await using var engine = await Engine.OpenAsync(configuration, verb.Clock, () => events, text => ServeEvents.Noted(log, text), ct)
            .ConfigureAwait(false);
        var settings = new ServeSettings(verb.Line.GetValue(Url) ?? configuration.HttpUrl, configuration.Http2Url,
            verb.Line.GetValue(NoScheduler) ? null : verb.Line.GetValue(JobsFolder) ?? configuration.JobsDirectory)
        {
            IsInit = verb.Line.GetValue(Init),
        };
        await using var host = ServeHost.Build(engine, settings, logs);
        events.Metrics = host.Services.GetRequiredService<ServeMetrics>();
        await ServeHost.RunAsync(host, ct).ConfigureAwait(false);
        if (await host.Services.GetRequiredService<LookupService>().CloseBooksAsync().ConfigureAwait(false) is not { } lost)
            return ExitCode.Done;
        verb.Screen.Error(lost);
        return ExitCode.Violation;
    }
}
