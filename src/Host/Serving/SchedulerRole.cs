using BatchEngine.Host.Composition;
using BatchEngine.Host.Health;
using BatchEngine.Router.Lookup;

namespace BatchEngine.Host.Serving;

/// <summary>The parts of a process that starts jobs by their schedules and leads their runs.</summary>
internal static class SchedulerRole
{
    /// <summary>Adds them.</summary>
    public static void Add(IServiceCollection services, Engine engine, ServeSettings settings)
    {
        services.AddSingleton(s =>
        {
            if (s.GetService<SnapshotCatalog>() is { } catalog)
                engine.Jobs.LookUpIn(id => catalog.All.FirstOrDefault(name => name.Reader?.Info.Id == id)?.Reader);
            return engine.Jobs;
        });
        services.AddSingleton<AlertCommand>();
        services.AddSingleton(s => new NightBoard(engine, s.GetRequiredService<ServeMetrics>(), s.GetRequiredService<AlertCommand>(),
            s.GetRequiredService<ILoggerFactory>(), onlySchedules: !settings.Routes && !settings.Scores));
        services.AddSingleton<ScheduleLoop>();
        services.AddSingleton<IReadinessPart>(s => s.GetRequiredService<NightBoard>());
        services.AddSingleton<IReadinessPart>(s => s.GetRequiredService<ScheduleLoop>());
        if (engine.Configuration.RetiresEveryDay)
            services.AddHostedService(s => new RetentionLoop(engine, s.GetRequiredService<LoopWatch>(), s.GetRequiredService<InvariantStop>(),
                s.GetRequiredService<ILogger<RetentionLoop>>()));
        services.AddHostedService(s => s.GetRequiredService<AlertCommand>()).AddHostedService(s => s.GetRequiredService<ScheduleLoop>());
    }
}
