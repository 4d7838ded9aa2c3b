using BatchEngine.Domain;

namespace BatchEngine.CostModel.Ledger;

/// <summary>How many predictions were made and how many were asked for.</summary>
/// <param name="Made">Predictions made in batch.</param>
/// <param name="Realtime">Predictions made in real time.</param>
/// <param name="Served">Look-ups that got a prediction; not measured where look-ups are not counted.</param>
public sealed record PredictionCounts(long Made, long Realtime, Measured<long> Served);
