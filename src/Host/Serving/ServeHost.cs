using System.Runtime.ExceptionServices;
using BatchEngine.CostModel.Ledger;
using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Health;
using BatchEngine.Host.Http;
using BatchEngine.Host.Terminal;
using BatchEngine.Router.Routing;
using BatchEngine.Storage.Database.Snapshots;
using Microsoft.AspNetCore.Hosting.Server;

namespace BatchEngine.Host.Serving;

/// <summary>The host of `serve`: rooms, loops and web server, each given what it needs by its constructor.</summary>
internal static class ServeHost
{
    /// <summary>Where the log of a `serve` goes: the screen, without what the web server says of its everyday work.</summary>
    /// <param name="screen">The screen.</param>
    /// <param name="isQuiet">Whether a night that ended well says nothing.</param>
    public static ILoggerFactory Log(Screen screen, bool isQuiet = false) => LoggerFactory.Create(logging => logging
        .SetMinimumLevel(LogLevel.Debug)
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddFilter(NightBoard.Category, isQuiet ? LogLevel.Warning : LogLevel.Debug)
        // What keeps it from starting is told by the command, in a sentence.
        .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None)
        // A log that listens here makes the web server open an activity and a scope for each look-up.
        .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None)
        .AddProvider(new ScreenLog(screen)));

    /// <summary>Builds it; nothing runs yet.</summary>
    /// <param name="engine">The opened state; it outlives the host.</param>
    /// <param name="settings">Listeners and jobs.</param>
    /// <param name="logs">Where events go; it outlives the host.</param>
    /// <param name="more">Adds further loops; null means none.</param>
    public static WebApplication Build(Engine engine, ServeSettings settings, ILoggerFactory logs, Action<IServiceCollection>? more = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [] });
        Listeners.Add(builder, settings.HttpUrl, settings.Http2Url, engine.Configuration.Requests);
        builder.Services.AddSingleton(logs).AddSingleton<IHostLifetime, CommandLifetime>();
        // Loops watch over themselves: what one throws is logged and seen by /readyz, and look-ups go on.
        builder.Services.Configure<HostOptions>(o =>
        {
            o.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.Ignore;
            o.ShutdownTimeout = engine.Configuration.Stop.AfterDrain / 2;
        });
        AddCommon(builder.Services, engine, settings);
        // In the order in which readiness tells of them.
        if (settings.Routes)
            RouterRole.Add(builder.Services, engine);
        if (settings.Scores || (settings.Routes && engine.Configuration.RealtimeUrl is null))
            EndpointRole.AddModels(builder.Services, engine, settings);
        if (settings.Scores)
            EndpointRole.Add(builder.Services, settings);
        if (settings.Routes || settings.Scores)
            AddBooks(builder.Services, engine, settings);
        if (settings.Schedules)
            SchedulerRole.Add(builder.Services, engine, settings);
        more?.Invoke(builder.Services);
        var app = builder.Build();
        // It shows only what happens from here on.
        _ = app.Services.GetRequiredService<MeterReadings>();
        foreach (var gauge in app.Services.GetServices<IGauges>())
            gauge.Publish();
        HttpPages.Map(app);
        return app;
    }

    /// <summary>Starts, serves until the token is cancelled or an invariant breaks, and stops.</summary>
    /// <exception cref="BadInputException">An address cannot be used.</exception>
    /// <exception cref="InvariantBrokenException">The program stopped because of it.</exception>
    public static async Task RunAsync(WebApplication app, CancellationToken ct)
    {
        var invariants = app.Services.GetRequiredService<InvariantStop>();
        try
        {
            var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("BatchEngine.Serve");
            var engine = app.Services.GetRequiredService<EngineConfiguration>();
            if (await app.Services.GetRequiredService<NewFolder>().IsNewAsync(ct).ConfigureAwait(false))
                ServeEvents.FolderIsNew(log, engine.DataDirectory, NewFolder.Problem);
            await app.Services.GetRequiredService<CurrentPrices>().LookAsync(ct).ConfigureAwait(false);
            foreach (var first in app.Services.GetServices<IBeforeListening>())
                await first.PrepareAsync(ct).ConfigureAwait(false);
            await StartAsync(app, ct).ConfigureAwait(false);
            await WaitAsync(app, ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (invariants.Broken is not null)
        {
            // It broke while the program was starting.
        }
        if (invariants.Broken is { } broken)
            ExceptionDispatchInfo.Throw(broken);
    }

    /// <summary>Serves, once started, until the token is cancelled, and stops.</summary>
    internal static async Task WaitAsync(WebApplication app, CancellationToken ct)
    {
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("BatchEngine.Serve");
        var settings = app.Services.GetRequiredService<ServeSettings>();
        ServeEvents.Listening(log, settings.Routes ? $"Look-ups at {app.Urls.First()}/v1/predictions/NAME/KEY"
            : settings.Scores ? $"Real-time scoring at {app.Urls.First()}{RealtimePages.Path}/NAME/SNAPSHOT" : $"Health at {app.Urls.First()}/readyz");
        foreach (var other in app.Urls.Skip(1))
            ServeEvents.AlsoListening(log, other);
        using (ct.Register(app.Lifetime.StopApplication))
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, app.Lifetime.ApplicationStopping)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        ServeEvents.Stopping(log, settings.Schedules ? "runs in progress finish their unit and can be resumed" : "requests under way are answered");
        await StopAsync(app).ConfigureAwait(false);
    }

    // Callers go first: while the listener closes, a question on a kept connection would be lost.
    private static async Task StopAsync(WebApplication app)
    {
        var stop = app.Services.GetRequiredService<ServeStop>();
        var limits = app.Services.GetRequiredService<EngineConfiguration>().Stop;
        stop.Drain();
        if (stop.HadCallers)
            await Task.Delay(limits.EffectiveDrain, TimeProvider.System).ConfigureAwait(false);
        stop.GiveUp();
        // Half of what is left is for requests under way, so that the books and the schedule have the other half.
        using (var requests = new CancellationTokenSource(limits.AfterDrain / 2))
            await app.Services.GetRequiredService<IServer>().StopAsync(requests.Token).ConfigureAwait(false);
        await app.StopAsync(CancellationToken.None).ConfigureAwait(false);
    }

    private static async Task StartAsync(WebApplication app, CancellationToken ct)
    {
        var settings = app.Services.GetRequiredService<ServeSettings>();
        try
        {
            await app.StartAsync(ct).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is IOException or System.Net.Sockets.SocketException)
        {
            throw new BadInputException("httpUrl", settings.Http2Url is { } second ? $"{settings.HttpUrl}, {second}" : settings.HttpUrl,
                "an address that is free and may be listened on", "Stop the other program, or choose another with --url http://localhost:5081.", problem);
        }
    }

    // Given as they are: the container does not dispose what it did not make.
    private static void AddCommon(IServiceCollection services, Engine engine, ServeSettings settings) => services
        .AddSingleton(settings).AddSingleton(engine).AddSingleton(engine.Configuration).AddSingleton(engine.Clock).AddSingleton(engine.Database)
        .AddSingleton(engine.Prices).AddSingleton<SnapshotStore>().AddSingleton<ServeMetrics>().AddSingleton<MeterReadings>().AddSingleton<LoopWatch>()
        .AddSingleton<InvariantStop>().AddSingleton<ServeStop>()
        .AddSingleton(new BytesInFlight(engine.Configuration.Requests.MaxBytesInFlight))
        .AddSingleton(new NewFolder(engine.Database, settings.IsInit))
        .AddSingleton<IReadinessPart>(s => s.GetRequiredService<NewFolder>()).AddSingleton<IReadinessPart, PriceReadiness>()
        .AddExceptionHandler<FailureAnswers>();

    private static void AddBooks(IServiceCollection services, Engine engine, ServeSettings settings) => services
        .AddSingleton(s => new LookupBooks(engine, s.GetService<PredictionRouter>()?.Answered, s.GetService<RealtimeService>()?.Models,
            new EndpointIdentity(ProcessName.Of(engine.Clock) + (settings.Scores ? "-endpoint" : "-router"), LookupBooks.Interval, IsDiagnostic: false),
            s.GetRequiredService<ServedNames>().Now, NotesOf(s)))
        .AddHostedService<BookLoop>().AddSingleton<IReadinessPart, BookReadiness>();

    private static Action<string> NotesOf(IServiceProvider services)
    {
        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger("BatchEngine.Lookups");
        return text => ServeEvents.Noted(log, text);
    }
}
