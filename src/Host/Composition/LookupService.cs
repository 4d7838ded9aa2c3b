using BatchEngine.CostModel.Ledger;
using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Registry.Models;
using BatchEngine.Router.Lookup;
using BatchEngine.Router.Realtime;
using BatchEngine.Router.Routing;
using BatchEngine.Storage.Blobs.Copies;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Host.Composition;

/// <summary>The router of this process with its real-time models, and the bookkeeping of what it answered and what that cost. Thread-safe.</summary>
internal sealed class LookupService : IAsyncDisposable
{
    private readonly TimeProvider _clock;
    private readonly RealtimeModels _realtime;
    private bool _closed;

    /// <summary>Wires the router.</summary>
    /// <param name="database">The opened database.</param>
    /// <param name="copies">Where snapshots lie.</param>
    /// <param name="registry">The models.</param>
    /// <param name="prices">What an endpoint costs.</param>
    /// <param name="clock">The machine's clock.</param>
    /// <param name="note">Told when the books cannot be written, in a sentence.</param>
    /// <param name="troubled">Told when real-time scorings fail, once a cause.</param>
    /// <param name="isDiagnostic">Whether a person looks what would be answered, and no application.</param>
    public LookupService(StateDatabase database, LocalCopies copies, ModelRegistry registry, CurrentPrices prices, TimeProvider clock, Action<string> note,
        Action<RealtimeTrouble> troubled, bool isDiagnostic = false)
    {
        _clock = clock;
        Catalog = new SnapshotCatalog(new SnapshotStore(database), copies, clock);
        _realtime = new RealtimeModels(Catalog, new RealtimeModelSource(new RunStore(database), new ModelLocator(registry)), clock);
        Door = new RealtimeDoor(_realtime, new RealtimeTroubles(clock, troubled), clock);
        Router = new PredictionRouter(Catalog, Door, clock);
        Books = new LookupBooks(database, prices, clock, Router.Answered, _realtime,
            new EndpointIdentity(ProcessName.Of(clock) + (isDiagnostic ? "-lookup" : "-endpoint"), BookInterval, isDiagnostic),
            () => [.. Catalog.All.Select(s => s.Contract.Name)], note);
    }

    /// <summary>How often answers and endpoint time are written down: what a killed process loses at most.</summary>
    public static TimeSpan BookInterval { get; } = TimeSpan.FromSeconds(10);

    /// <summary>The snapshots served.</summary>
    public SnapshotCatalog Catalog { get; }

    /// <summary>The door to real-time scoring.</summary>
    public RealtimeDoor Door { get; }

    /// <summary>The router.</summary>
    public PredictionRouter Router { get; }

    /// <summary>What was answered and what it cost.</summary>
    public LookupBooks Books { get; }

    /// <summary>Writes the books periodically until stopped, then once more; trouble is noted and tried again at the next turn.</summary>
    public async Task KeepBooksAsync(CancellationToken ct)
    {
        // A process that is killed at once has been there too.
        await Books.WriteAsync().ConfigureAwait(false);
        while (!ct.IsCancellationRequested)
        {
            await Task.Delay(BookInterval, _clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Books.WriteAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Writes the books for the last time.</summary>
    /// <returns>What is lost, in a sentence; null when all is written.</returns>
    public async Task<string?> CloseBooksAsync()
    {
        if (_closed || await Books.WriteAsync(isEnd: true).ConfigureAwait(false))
        {
            _closed = true;
            return null;
        }

        return Books.Pending > 0
            ? $"{Figures.Count(Books.Pending, "answer", "answers")} since the last write could not be written down and are lost: {Books.Trouble}"
            : $"The books could not be closed; the time of this process is settled by the next cost report or cost verify: {Books.Trouble}";
    }

    /// <summary>Keeps the models of the served snapshots loaded until stopped.</summary>
    public async Task KeepWarmAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await _realtime.KeepWarmAsync().ConfigureAwait(false);
            await Task.Delay(SnapshotCatalog.PollInterval, _clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseBooksAsync().ConfigureAwait(false);
        await Catalog.DisposeAsync().ConfigureAwait(false);
        _realtime.Dispose();
    }
}
