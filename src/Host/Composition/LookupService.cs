using BatchEngine.Host.Adapters;
using BatchEngine.Router.Lookup;
using BatchEngine.Router.Realtime;
using BatchEngine.Router.Routing;

namespace BatchEngine.Host.Composition;

/// <summary>The router of this process with its real-time models, and the bookkeeping of what it answered and what that cost. Thread-safe.</summary>
internal sealed class LookupService : IAsyncDisposable
{
    private readonly Engine _engine;
    private readonly RealtimeModels _realtime;

    /// <summary>Wires the router over an opened engine.</summary>
    /// <param name="engine">The rooms.</param>
    /// <param name="note">Told when the books cannot be written, in a sentence.</param>
    public LookupService(Engine engine, Action<string> note)
    {
        _engine = engine;
        Catalog = new SnapshotCatalog(engine.Snapshots, engine.Blobs, engine.Clock);
        _realtime = new RealtimeModels(Catalog, engine.Runs, new ModelLocator(engine.Registry), engine.Clock);
        Router = new PredictionRouter(Catalog, new RealtimeGate(_realtime, engine.Clock), engine.Clock);
        Books = new LookupBooks(engine, Router.Answered, _realtime, ProcessName.Of(engine.Clock) + "-endpoint", note);
    }

    /// <summary>How often answers and endpoint time are written down.</summary>
    public static TimeSpan BookInterval { get; } = TimeSpan.FromSeconds(10);

    /// <summary>The snapshots served.</summary>
    public SnapshotCatalog Catalog { get; }

    /// <summary>The router.</summary>
    public PredictionRouter Router { get; }

    /// <summary>What was answered and what it cost.</summary>
    public LookupBooks Books { get; }

    /// <summary>Follows what is published until stopped: swaps snapshots in and keeps their real-time models loaded.</summary>
    public Task FollowAsync(CancellationToken ct) => Task.WhenAll(Catalog.FollowAsync(ct), KeepWarmAsync(ct));

    /// <summary>Writes the books periodically until stopped, then once more; trouble is noted and tried again at the next turn.</summary>
    public async Task KeepBooksAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await Task.Delay(BookInterval, _engine.Clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Books.WriteAsync().ConfigureAwait(false);
        }
    }

    private async Task KeepWarmAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await _realtime.KeepWarmAsync().ConfigureAwait(false);
            await Task.Delay(SnapshotCatalog.PollInterval, _engine.Clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Books.WriteAsync().ConfigureAwait(false);
        await Catalog.DisposeAsync().ConfigureAwait(false);
        _realtime.Dispose();
    }
}
