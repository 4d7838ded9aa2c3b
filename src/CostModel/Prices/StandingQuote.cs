using BatchEngine.Domain;

namespace BatchEngine.CostModel.Prices;

/// <summary>A quote, and from when on its sheet says something else: then it is as if it had never been said, and another sheet may price the
/// machine.</summary>
/// <param name="Quote">The quote.</param>
/// <param name="ReplacedAt">Null means that it is what the sheet says now.</param>
public readonly record struct StandingQuote(PriceQuote Quote, DateTimeOffset? ReplacedAt);
