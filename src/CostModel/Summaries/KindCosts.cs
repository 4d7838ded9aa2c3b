using BatchEngine.Domain;

namespace BatchEngine.CostModel.Summaries;

/// <summary>What was spent, by what it was spent on. The five sum to the whole.</summary>
/// <param name="Batch">Scoring in batch.</param>
/// <param name="Realtime">Scoring in real time.</param>
/// <param name="Idle">Rented but not used.</param>
/// <param name="Rework">Done again after an interruption.</param>
/// <param name="Shared">Sealing, judging, publishing.</param>
public sealed record KindCosts(Measured<Money> Batch, Measured<Money> Realtime, Measured<Money> Idle, Measured<Money> Rework, Measured<Money> Shared);
