using BatchEngine.Storage.Database.Ledger;

namespace BatchEngine.CostModel.Prices;

/// <summary>The last word of a price folder, as it is recorded: for a process that has no sheets of its own. Records nothing. Thread-safe.</summary>
/// <param name="readings">Where what was read is kept.</param>
/// <param name="folder">The folder whose prices count.</param>
/// <param name="clock">Says "now".</param>
public sealed class RecordedPrices(PriceReadings readings, string folder, TimeProvider clock) : IPriceBooks
{
    /// <inheritdoc/>
    public string Folder => folder;

    /// <inheritdoc/>
    public async Task<PriceBook> PinAsync(DateTimeOffset since, CancellationToken ct) =>
        PriceHistory.BookAt(await readings.SinceAsync(folder, since, ct).ConfigureAwait(false), clock.GetUtcNow());
}
