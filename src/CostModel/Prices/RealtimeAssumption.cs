using BatchEngine.Domain;

namespace BatchEngine.CostModel.Prices;

/// <summary>What a person says a real-time answer costs, for as long as none was measured. Always named as an assumption where it is used.</summary>
/// <param name="PerThousand">The cost of 1,000 real-time predictions.</param>
/// <param name="Source">Who says so and from what.</param>
public sealed record RealtimeAssumption(Money PerThousand, string Source);
