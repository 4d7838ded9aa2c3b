using BatchEngine.CostModel.Prices;
using BatchEngine.Host.Adapters;
using BatchEngine.Host.Configuration;

namespace BatchEngine.Host.Composition;

/// <summary>Where prices come from. A new source has its line here.</summary>
internal static class PriceSources
{
    /// <summary>Where they are: usage names it, and only what was read there prices it.</summary>
    public static string Folder(EngineConfiguration configuration) => Path.GetFullPath(ShippedFiles.PricesDirectory(configuration));

    /// <summary>Every source, as configured.</summary>
    public static IReadOnlyList<IPriceSource> Of(EngineConfiguration configuration) => [new SheetPrices(Folder(configuration))];
}
