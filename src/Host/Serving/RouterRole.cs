using BatchEngine.Host.Composition;
using BatchEngine.Host.Health;
using BatchEngine.Host.Http;
using BatchEngine.Router.Lookup;
using BatchEngine.Router.Realtime;
using BatchEngine.Router.Routing;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Host.Serving;

/// <summary>The parts of a process that answers look-ups.</summary>
internal static class RouterRole
{
    /// <summary>Adds them.</summary>
    public static void Add(IServiceCollection services, Engine engine)
    {
        services.AddSingleton(s => new SnapshotCatalog(s.GetRequiredService<SnapshotStore>(), engine.Copies, engine.Clock));
        services.AddSingleton(s => new ServedNames(s.GetRequiredService<SnapshotCatalog>(), null));
        services.AddSingleton(s => new RouterDoor(engine.Configuration.RealtimeUrl is { } address
            ? new RealtimeDoor(s.GetRequiredService<RemoteRealtime>(), new RealtimeTroubles(engine.Clock, EndpointRole.TroublesOf(s)), engine.Clock)
            : s.GetRequiredService<RealtimeService>().Door));
        if (engine.Configuration.RealtimeUrl is { } endpoint)
            services.AddSingleton(_ => new RemoteRealtime(endpoint));
        services.AddSingleton(s => new PredictionRouter(s.GetRequiredService<SnapshotCatalog>(), s.GetRequiredService<RouterDoor>().Door, engine.Clock));
        services.AddSingleton(s => new LookupService(s.GetRequiredService<SnapshotCatalog>(), s.GetRequiredService<RouterDoor>().Door,
            s.GetRequiredService<PredictionRouter>(), s.GetRequiredService<LookupBooks>()));
        services.AddSingleton<BatchAnswers>();
        services.AddSingleton<SwapLoop>().AddHostedService(s => s.GetRequiredService<SwapLoop>());
        services.AddSingleton<IBeforeListening>(s => s.GetRequiredService<SwapLoop>());
        services.AddSingleton<IReadinessPart, RouterReadiness>();
        services.AddSingleton<FileLoop>().AddHostedService(s => s.GetRequiredService<FileLoop>());
        services.AddSingleton<IReadinessPart>(s => s.GetRequiredService<FileLoop>());
        services.AddSingleton<IGauges, SnapshotAges>().AddSingleton<IGauges>(s => new RealtimeCalls(s.GetRequiredService<ServeMetrics>(),
            s.GetRequiredService<RouterDoor>().Door, s.GetRequiredService<ServedNames>()));
        services.AddSingleton<IPages, RouterPages>();
    }

    /// <summary>The door that the router's look-ups take: to models of this process, or to an endpoint elsewhere.</summary>
    private sealed record RouterDoor(RealtimeDoor Door);
}
