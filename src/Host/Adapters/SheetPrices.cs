using BatchEngine.CostModel.Prices;
using BatchEngine.Host.Configuration.Prices;

namespace BatchEngine.Host.Adapters;

/// <summary>The price sheets of a folder.</summary>
internal sealed class SheetPrices(string directory) : IPriceSource
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<PriceSheet>> ReadAsync(CancellationToken ct) => Task.FromResult(PriceSheetFile.LoadAll(directory));
}
