using BatchEngine.CostModel.Prices;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Ledger;

namespace BatchEngine.Host.Adapters;

/// <summary>What the price sources say, and what they said on earlier days. Each source is read once a process. Thread-safe.</summary>
internal sealed class CurrentPrices(PriceStore prices, IReadOnlyList<IPriceSource> sources, TimeProvider clock)
{
    private readonly SemaphoreSlim _once = new(1, 1);
    private IReadOnlyList<PriceSheet>? _sheets;
    private bool _stored;

    /// <summary>All quotes known, the sources' included. Stores nothing.</summary>
    public async Task<PriceBook> BookAsync(CancellationToken ct)
    {
        var stored = await prices.ListAsync(ct).ConfigureAwait(false);
        var sheets = await SheetsAsync(ct).ConfigureAwait(false);
        return new PriceBook(stored.Concat(QuotesOf(sheets).Except(stored)));
    }

    /// <summary>What a real-time answer is assumed to cost now; null means that no source assumes anything. Stores nothing.</summary>
    public async Task<RealtimeAssumption?> AssumptionAsync(CancellationToken ct) => RealtimeAssumption.At(
        (await SheetsAsync(ct).ConfigureAwait(false)).Select(s => s.Assumption).OfType<RealtimeAssumption>(), clock.GetUtcNow());

    /// <summary>Stores the sources' quotes, so that what is used from now on keeps its price when a source changes. Does it once; may be repeated.</summary>
    public async Task PinAsync(CancellationToken ct)
    {
        var sheets = await SheetsAsync(ct).ConfigureAwait(false);
        await _once.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (!_stored)
                await prices.AppendAsync([.. QuotesOf(sheets)], ct).ConfigureAwait(false);
            _stored = true;
        }
        finally
        {
            _once.Release();
        }
    }

    private static IEnumerable<PriceQuote> QuotesOf(IReadOnlyList<PriceSheet> sheets) => sheets.SelectMany(s => s.Quotes);

    private async Task<IReadOnlyList<PriceSheet>> SheetsAsync(CancellationToken ct)
    {
        await _once.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (_sheets is { } known)
                return known;
            var sheets = new List<PriceSheet>();
            foreach (var source in sources)
                sheets.AddRange(await source.ReadAsync(ct).ConfigureAwait(false));
            return _sheets = sheets;
        }
        finally
        {
            _once.Release();
        }
    }
}
