namespace BatchEngine.Domain;

/// <summary>What one price sheet said when it was found new or changed. Written once.</summary>
/// <param name="Sheet">The sheet's name in its folder.</param>
/// <param name="ReadAt">When it was read.</param>
/// <param name="Quotes">What it said; empty means that it was gone.</param>
public sealed record PriceReading(string Sheet, DateTimeOffset ReadAt, IReadOnlyList<PriceQuote> Quotes);
