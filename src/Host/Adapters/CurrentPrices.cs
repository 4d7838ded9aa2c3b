using BatchEngine.CostModel.Prices;
using BatchEngine.Host.Configuration.Prices;
using BatchEngine.Storage.Database.Ledger;

namespace BatchEngine.Host.Adapters;

/// <summary>The prices of the sheets and of earlier days: sheets are stored once, so that an old run keeps its price when a sheet changes.
/// Thread-safe.</summary>
internal sealed class CurrentPrices(PriceStore prices, string directory)
{
    private readonly SemaphoreSlim _once = new(1, 1);
    private bool _stored;

    /// <summary>All quotes known, the sheets' included.</summary>
    public async Task<PriceBook> BookAsync(CancellationToken ct)
    {
        await _once.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (!_stored)
                await prices.AppendAsync(PriceSheetFile.LoadAll(directory), ct).ConfigureAwait(false);
            _stored = true;
        }
        finally
        {
            _once.Release();
        }

        return new PriceBook(await prices.ListAsync(ct).ConfigureAwait(false));
    }
}
