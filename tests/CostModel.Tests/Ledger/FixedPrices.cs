using BatchEngine.CostModel.Prices;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Ledger;

namespace BatchEngine.CostModel.Tests.Ledger;

/// <summary>Prices that a test says.</summary>
internal sealed class FixedPrices(StateDatabase database, string folder = "/prices") : IPriceBooks
{
    private readonly SortedDictionary<string, IReadOnlyList<PriceQuote>> _sheets = new(StringComparer.Ordinal);

    public string Folder => folder;

    /// <summary>What a sheet says from now on; nothing means that it is gone.</summary>
    public void Say(string sheet, params PriceQuote[] quotes)
    {
        _sheets.Remove(sheet);
        if (quotes.Length > 0)
            _sheets[sheet] = quotes;
    }

    public async Task<PriceBook> PinAsync(DateTimeOffset since, CancellationToken ct)
    {
        IReadOnlyList<(string Sheet, IReadOnlyList<PriceQuote> Quotes)> now = [.. _sheets.Select(s => (s.Key, s.Value))];
        var store = new PriceReadings(database);
        await store.RecordAsync(folder, now, ct);
        return PriceHistory.Book(await store.SinceAsync(folder, since, ct), now);
    }
}
