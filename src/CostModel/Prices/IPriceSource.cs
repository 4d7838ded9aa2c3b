using BatchEngine.Domain;

namespace BatchEngine.CostModel.Prices;

/// <summary>Says what machines cost: a folder of sheets, a provider's price list. Safe for many threads; reading changes nothing, so it may be
/// repeated.</summary>
public interface IPriceSource
{
    /// <summary>Everything that the source says now, each price with its source and the instant from which it holds.</summary>
    /// <exception cref="BatchEngineException">The source cannot be read, or what it says makes no sense.</exception>
    Task<IReadOnlyList<PriceSheet>> ReadAsync(CancellationToken ct);
}
