using BatchEngine.Host.Composition;
using BatchEngine.Host.Health;
using BatchEngine.Host.Http;
using BatchEngine.Router.Lookup;
using BatchEngine.Router.Realtime;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Host.Serving;

/// <summary>The parts of a process that scores in real time.</summary>
internal static class EndpointRole
{
    /// <summary>Adds the models, for this process's router, for the routers of others, or for both.</summary>
    public static void AddModels(IServiceCollection services, Engine engine, ServeSettings settings)
    {
        if (!settings.Routes)
        {
            services.AddSingleton(s => new PublishedSnapshots(s.GetRequiredService<SnapshotStore>(), engine.Clock));
            services.AddSingleton(s => new ServedNames(null, s.GetRequiredService<PublishedSnapshots>()));
        }
        services.AddSingleton(s => new RealtimeService(engine.Database, engine.Registry, engine.Clock, s.GetRequiredService<ServedNames>().RealtimeRuns,
            TroublesOf(s)));
        services.AddHostedService<ModelLoop>();
    }

    /// <summary>Adds what answers the routers of others.</summary>
    public static void Add(IServiceCollection services, ServeSettings settings)
    {
        services.AddSingleton(s => new EndpointService(s.GetRequiredService<RealtimeService>(), s.GetRequiredService<ServedNames>().ContractOf,
            s.GetRequiredService<SnapshotStore>()));
        services.AddSingleton<IPages, RealtimePages>();
        if (settings.Routes)
            return;
        services.AddSingleton<FollowLoop>().AddHostedService(s => s.GetRequiredService<FollowLoop>());
        services.AddSingleton<IBeforeListening>(s => s.GetRequiredService<FollowLoop>());
        services.AddSingleton<IReadinessPart, EndpointReadiness>();
        services.AddSingleton<IGauges>(s => new RealtimeCalls(s.GetRequiredService<ServeMetrics>(), s.GetRequiredService<RealtimeService>().Door,
            s.GetRequiredService<ServedNames>()));
    }

    /// <summary>Writes failing scorings to the log.</summary>
    public static Action<RealtimeTrouble> TroublesOf(IServiceProvider services)
    {
        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger("BatchEngine.Realtime");
        return trouble => ServeEvents.RealtimeFailing(log, trouble.ServingName, trouble.Count, trouble.Cause, trouble.Failure);
    }
}
