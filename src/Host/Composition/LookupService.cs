using System.Globalization;
using BatchEngine.CostModel.Ledger;
using BatchEngine.Domain;
using BatchEngine.Host.Adapters;
using BatchEngine.Router.Lookup;
using BatchEngine.Router.Realtime;
using BatchEngine.Router.Routing;

namespace BatchEngine.Host.Composition;

/// <summary>The router of this process with its live models, and the bookkeeping of what it answered and what that cost. Thread-safe.</summary>
internal sealed class LookupService : IAsyncDisposable
{
    private readonly Engine _engine;
    private readonly LiveModels _live;
    private readonly string _subject;
    private DateTimeOffset _meteredFrom;

    /// <summary>Wires the router over an opened engine.</summary>
    public LookupService(Engine engine)
    {
        _engine = engine;
        _subject = ProcessName.Of(engine.Clock) + "-endpoint";
        _meteredFrom = engine.Clock.GetUtcNow();
        Catalog = new SnapshotCatalog(engine.Snapshots, engine.Blobs, engine.Clock);
        _live = new LiveModels(Catalog, engine.Runs, new ModelLocator(engine.Registry), engine.Clock);
        Router = new PredictionRouter(Catalog, new LiveGate(_live, engine.Clock), engine.Clock);
    }

    /// <summary>How often answers and endpoint time are written down.</summary>
    public static TimeSpan BookInterval { get; } = TimeSpan.FromSeconds(10);

    /// <summary>The snapshots served.</summary>
    public SnapshotCatalog Catalog { get; }

    /// <summary>The router.</summary>
    public PredictionRouter Router { get; }

    /// <summary>Books periodically until stopped, then once more.</summary>
    public async Task KeepBooksAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await Task.Delay(BookInterval, _engine.Clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await BookAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Writes down the answers since the last call, and the time of the endpoint for each name that scored live.</summary>
    public async Task BookAsync()
    {
        var now = _engine.Clock.GetUtcNow();
        var hour = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerHour));
        foreach (var tally in Router.Answered.Drain())
            await _engine.Answers.AddAsync(tally.ServingName, hour, tally.Source, tally.Reason, tally.Count, CancellationToken.None).ConfigureAwait(false);
        var (from, length) = (_meteredFrom, now - _meteredFrom);
        _meteredFrom = now;
        var meters = _live.TakeMeters().Where(m => m.Predictions > 0).ToList();
        if (meters.Count == 0 || length <= TimeSpan.Zero)
            return;
        await _engine.Prices.BookAsync(CancellationToken.None).ConfigureAwait(false);
        foreach (var (name, busy, predictions) in meters)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{_subject}/{name}/{from.UtcTicks}");
            await _engine.Usage.AppendAsync(new UsageRecord(id, null, name, _subject, UsageKind.RealtimeEndpoint, Offering.Local, from, now, Math.Clamp(busy / length, 0, 1), 0, predictions), CancellationToken.None).ConfigureAwait(false);
        }

        await new LedgerPoster(_engine.Database, _engine.Clock).PostEndpointsAsync(from, now, CancellationToken.None).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await BookAsync().ConfigureAwait(false);
        await Catalog.DisposeAsync().ConfigureAwait(false);
        _live.Dispose();
    }
}
