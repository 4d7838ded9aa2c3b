namespace BatchEngine.Domain;

/// <summary>What an offering costs, who said so and when.</summary>
/// <param name="Offering">What is priced.</param>
/// <param name="PerHour">The rate of one instance for one hour.</param>
/// <param name="Source">Where the price comes from: a file with its line, or an API.</param>
/// <param name="ObservedAt">When it was true.</param>
/// <param name="ValidUntil">When it stops being true; null means until a newer quote.</param>
public sealed record PriceQuote(Offering Offering, Money PerHour, string Source, DateTimeOffset ObservedAt, DateTimeOffset? ValidUntil);
