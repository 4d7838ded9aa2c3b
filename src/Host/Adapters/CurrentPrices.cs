using BatchEngine.CostModel.Prices;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Prices;
using BatchEngine.Storage.Database.Ledger;

namespace BatchEngine.Host.Adapters;

/// <summary>The prices of the sheets and of earlier days. The sheets are read once a process. Thread-safe.</summary>
internal sealed class CurrentPrices(PriceStore prices, string directory)
{
    private readonly SemaphoreSlim _once = new(1, 1);
    private readonly Lazy<IReadOnlyList<PriceQuote>> _sheets = new(() => PriceSheetFile.LoadAll(directory), LazyThreadSafetyMode.PublicationOnly);
    private bool _stored;

    /// <summary>All quotes known, the sheets' included. Stores nothing.</summary>
    public async Task<PriceBook> BookAsync(CancellationToken ct)
    {
        var stored = await prices.ListAsync(ct).ConfigureAwait(false);
        return new PriceBook(stored.Concat(_sheets.Value.Except(stored)));
    }

    /// <summary>Stores the sheets' quotes, so that what is used from now on keeps its price when a sheet changes. Does it once; may be repeated.</summary>
    public async Task PinAsync(CancellationToken ct)
    {
        await _once.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (!_stored)
                await prices.AppendAsync(_sheets.Value, ct).ConfigureAwait(false);
            _stored = true;
        }
        finally
        {
            _once.Release();
        }
    }
}
