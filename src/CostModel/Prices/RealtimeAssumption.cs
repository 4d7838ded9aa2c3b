using BatchEngine.Domain;

namespace BatchEngine.CostModel.Prices;

/// <summary>What a price sheet says a real-time answer costs, for as long as none was measured; always named as an assumption where it is used.</summary>
/// <param name="PerThousand">The cost of 1,000 real-time predictions.</param>
/// <param name="Source">Who says so and from what.</param>
/// <param name="ObservedAt">It holds from this instant until a newer one.</param>
/// <param name="ValidUntil">When it stops being true, exclusive; null means until a newer one.</param>
public sealed record RealtimeAssumption(Money PerThousand, string Source, DateTimeOffset ObservedAt = default, DateTimeOffset? ValidUntil = null)
{
    /// <summary>The one that holds at an instant: the newest, unless it has expired; null means that nothing is assumed then.</summary>
    public static RealtimeAssumption? At(IEnumerable<RealtimeAssumption> assumptions, DateTimeOffset instant) =>
        assumptions.Where(a => a.ObservedAt <= instant).OrderBy(a => a.ObservedAt).LastOrDefault() is { } newest
            && (newest.ValidUntil is not { } end || end > instant) ? newest : null;
}
