
namespace BatchEngine.CostModel.Summaries;

/// <summary>How many predictions were made and what became of the look-ups.</summary>
/// <param name="Made">Predictions made in batch by runs that were published.</param>
/// <param name="Wasted">Predictions made in batch by runs that were held, failed or were cancelled: nobody can get them.</param>
/// <param name="Open">Predictions made in batch by runs that have not ended.</param>
/// <param name="Realtime">Predictions made in real time.</param>
/// <param name="Lookups">What became of the look-ups.</param>
public sealed record PredictionCounts(long Made, long Wasted, long Open, long Realtime, LookupCounts Lookups);
