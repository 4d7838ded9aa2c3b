using BatchEngine.Domain;

namespace BatchEngine.CostModel.Summaries;

/// <summary>What 1,000 predictions cost, counted in three ways.</summary>
/// <param name="Made">Everything the ended runs cost (batch, rework, idle, shared, also of runs that came to nothing) for 1,000 predictions published.</param>
/// <param name="Served">Everything on the line for 1,000 look-ups answered.</param>
/// <param name="Realtime">What 1,000 real-time predictions cost: the yardstick of the saving against "all real time".</param>
public sealed record PerThousandCosts(Measured<Money> Made, Measured<Money> Served, Measured<Money> Realtime);
