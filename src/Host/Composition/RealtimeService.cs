using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Registry.Models;
using BatchEngine.Router.Lookup;
using BatchEngine.Router.Realtime;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Host.Composition;

/// <summary>The models that score in real time in this process, behind their door. Thread-safe; dispose it after the last call.</summary>
internal sealed class RealtimeService : IDisposable
{
    private readonly TimeProvider _clock;

    /// <summary>Wires models and door.</summary>
    /// <param name="database">The opened database.</param>
    /// <param name="registry">The models.</param>
    /// <param name="clock">The machine's clock.</param>
    /// <param name="served">The runs whose models are kept in memory.</param>
    /// <param name="troubled">Told when scorings fail, once a cause.</param>
    public RealtimeService(StateDatabase database, ModelRegistry registry, TimeProvider clock, Func<IEnumerable<RunId>> served,
        Action<RealtimeTrouble> troubled)
    {
        _clock = clock;
        Models = new RealtimeModels(served, new RealtimeModelSource(new RunStore(database), new ModelLocator(registry)), clock);
        Door = new RealtimeDoor(Models, new RealtimeTroubles(clock, troubled), clock);
    }

    /// <summary>The models and their meters.</summary>
    public RealtimeModels Models { get; }

    /// <summary>The way to them.</summary>
    public RealtimeDoor Door { get; }

    /// <summary>Keeps the models of what is served loaded until stopped.</summary>
    public async Task KeepWarmAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await Models.KeepWarmAsync().ConfigureAwait(false);
            await Task.Delay(SnapshotCatalog.PollInterval, _clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Models.Dispose();
}
