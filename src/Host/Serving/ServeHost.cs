using System.Runtime.ExceptionServices;
using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Health;
using BatchEngine.Host.Http;
using BatchEngine.Host.Terminal;
using BatchEngine.Router.Realtime;
using BatchEngine.Storage.Database.Runs;
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
        AddRooms(builder.Services, engine, settings);
        AddLoops(builder.Services, settings);
        more?.Invoke(builder.Services);
        var app = builder.Build();
        SnapshotAges.Publish(app.Services.GetRequiredService<ServeMetrics>(), app.Services.GetRequiredService<LookupService>(), engine.Clock);
        RealtimeCalls.Publish(app.Services.GetRequiredService<ServeMetrics>(), app.Services.GetRequiredService<LookupService>());
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
            app.Services.GetRequiredService<LookupService>().Catalog.Tell = problem => ServeEvents.NotServed(log, problem);
            await app.Services.GetRequiredService<LookupService>().Catalog.RefreshAsync(ct).ConfigureAwait(false);
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
        ServeEvents.Listening(log, app.Urls.First());
        foreach (var other in app.Urls.Skip(1))
            ServeEvents.AlsoListening(log, other);
        using (ct.Register(app.Lifetime.StopApplication))
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, app.Lifetime.ApplicationStopping)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        ServeEvents.Stopping(log);
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

    private static void AddRooms(IServiceCollection services, Engine engine, ServeSettings settings)
    {
        // Given as they are: the container does not dispose what it did not make.
        services.AddSingleton(settings).AddSingleton(engine.Configuration).AddSingleton(engine.Clock).AddSingleton(engine.Database)
            .AddSingleton(engine.Blobs).AddSingleton(engine.Registry).AddSingleton(engine.Prices);
        services.AddSingleton<SnapshotStore>().AddSingleton<DecisionStore>();
        services.AddSingleton(s => new LookupService(engine.Database, engine.Copies, engine.Registry, engine.Prices, engine.Clock, NotesOf(s), TroublesOf(s)));
        services.AddSingleton(s => s.GetRequiredService<LookupService>().Router);
        services.AddSingleton<ServeMetrics>().AddSingleton<LoopWatch>().AddSingleton<InvariantStop>().AddSingleton<ServeStop>()
            .AddSingleton(new NewFolder(engine.Database, settings.IsInit));
        services.AddExceptionHandler<FailureAnswers>();
        if (settings.JobsFolder is null)
            return;
        services.AddSingleton(s =>
        {
            var catalog = s.GetRequiredService<LookupService>().Catalog;
            engine.Jobs.LookUpIn(id => catalog.All.FirstOrDefault(name => name.Reader?.Info.Id == id)?.Reader);
            return engine.Jobs;
        });
        services.AddSingleton<AlertCommand>();
        services.AddSingleton(s => new NightBoard(engine, s.GetRequiredService<ServeMetrics>(), s.GetRequiredService<AlertCommand>(),
            s.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton<ScheduleLoop>();
        services.AddSingleton<INightProblems>(s => s.GetRequiredService<NightBoard>());
        services.AddSingleton<INightProblems>(s => s.GetRequiredService<ScheduleLoop>());
    }

    private static void AddLoops(IServiceCollection services, ServeSettings settings)
    {
        services.AddHostedService<SwapLoop>().AddHostedService<ModelLoop>().AddHostedService<BookLoop>();
        if (settings.JobsFolder is not null)
            services.AddHostedService(s => s.GetRequiredService<AlertCommand>()).AddHostedService(s => s.GetRequiredService<ScheduleLoop>());
    }

    private static Action<string> NotesOf(IServiceProvider services)
    {
        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger("BatchEngine.Lookups");
        return text => ServeEvents.Noted(log, text);
    }

    private static Action<RealtimeTrouble> TroublesOf(IServiceProvider services)
    {
        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger("BatchEngine.Realtime");
        return trouble => ServeEvents.RealtimeFailing(log, trouble.ServingName, trouble.Count, trouble.Cause, trouble.Failure);
    }
}
