using BatchEngine.CostModel.Ledger;
using BatchEngine.Router.Lookup;
using BatchEngine.Router.Realtime;
using BatchEngine.Router.Routing;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Host.Composition;

/// <summary>The router of this process: the snapshots that it answers from, the door to real-time scoring, and its books. Thread-safe.</summary>
internal sealed class LookupService : IAsyncDisposable
{
    private readonly RealtimeService? _owned;

    /// <summary>Wires the router.</summary>
    /// <param name="catalog">The snapshots served; disposed with this.</param>
    /// <param name="door">The door to real-time scoring, here or elsewhere.</param>
    /// <param name="router">What answers.</param>
    /// <param name="books">What was answered and what it cost.</param>
    /// <param name="owned">Models to dispose with this; null means that somebody else does.</param>
    public LookupService(SnapshotCatalog catalog, RealtimeDoor door, PredictionRouter router, LookupBooks books, RealtimeService? owned = null) =>
        (Catalog, Door, Router, Books, _owned) = (catalog, door, router, books, owned);

    /// <summary>The snapshots served.</summary>
    public SnapshotCatalog Catalog { get; }

    /// <summary>The door to real-time scoring.</summary>
    public RealtimeDoor Door { get; }

    /// <summary>The router.</summary>
    public PredictionRouter Router { get; }

    /// <summary>What was answered and what it cost.</summary>
    public LookupBooks Books { get; }

    /// <summary>A router with its models, without a server.</summary>
    /// <param name="engine">The opened state.</param>
    /// <param name="note">Told when the books cannot be written, in a sentence.</param>
    /// <param name="troubled">Told when real-time scorings fail, once a cause.</param>
    /// <param name="isDiagnostic">Whether a person looks what would be answered, and no application.</param>
    public static LookupService Open(Engine engine, Action<string> note, Action<RealtimeTrouble> troubled, bool isDiagnostic = false)
    {
        var catalog = new SnapshotCatalog(new SnapshotStore(engine.Database), engine.Copies, engine.Clock);
        var realtime = new RealtimeService(engine.Database, engine.Registry, engine.Clock, () => catalog.RealtimeRuns, troubled);
        var router = new PredictionRouter(catalog, realtime.Door, engine.Clock);
        var books = new LookupBooks(engine, router.Answered, realtime.Models,
            new EndpointIdentity(ProcessName.Of(engine.Clock) + (isDiagnostic ? "-lookup" : "-endpoint"), LookupBooks.Interval, isDiagnostic),
            () => [.. catalog.All.Select(s => s.Contract.Name)], note);
        return new LookupService(catalog, realtime.Door, router, books, realtime);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Books.CloseAsync().ConfigureAwait(false);
        await Catalog.DisposeAsync().ConfigureAwait(false);
        _owned?.Dispose();
    }
}
