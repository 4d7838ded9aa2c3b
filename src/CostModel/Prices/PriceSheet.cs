using BatchEngine.Domain;

namespace BatchEngine.CostModel.Prices;

/// <summary>What one source says at one time: prices of machines, and perhaps what a real-time answer is assumed to cost.</summary>
/// <param name="Quotes">Prices of machines.</param>
/// <param name="Assumption">For as long as no real-time answer was measured; null means that nothing is assumed.</param>
public sealed record PriceSheet(IReadOnlyList<PriceQuote> Quotes, RealtimeAssumption? Assumption)
{
    /// <summary>Its name, which no other sheet of the same folder has.</summary>
    public string Name { get; init; } = "";
}
