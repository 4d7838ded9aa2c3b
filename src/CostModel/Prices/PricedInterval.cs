namespace BatchEngine.CostModel.Prices;

/// <summary>A half-open interval in which one answer of the price book holds.</summary>
/// <param name="From">Start, inclusive.</param>
/// <param name="ToExclusive">End, exclusive.</param>
/// <param name="Answer">The quote, or why there is none.</param>
public sealed record PricedInterval(DateTimeOffset From, DateTimeOffset ToExclusive, PriceAnswer Answer);
