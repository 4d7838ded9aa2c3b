using System.Globalization;
using BatchEngine.CostModel.Ledger;
using BatchEngine.CostModel.Prices;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Summaries;

/// <summary>What a real-time prediction costs: the yardstick of "all real time". Measured from the endpoint's own busy time, or a person's assumption named as
/// such.</summary>
/// <param name="PerThousand">The cost of 1,000 real-time predictions; not measured when none was made and nothing is assumed.</param>
/// <param name="IsAssumption">Whether a person said so in a price sheet.</param>
/// <param name="HowMade">How the number was made.</param>
public sealed record RealtimeBaseline(Measured<Money> PerThousand, bool IsAssumption, string HowMade)
{
    /// <summary>It is measured over so many ledger entries, the newest: a yardstick of what real time costs now, whatever the years before were.</summary>
    public const int MaxEntries = 10_000;

    /// <summary>
    /// The endpoint's busy cost divided by the real-time predictions it made. Idle time of the endpoint is left out, so that the yardstick, and with it the
    /// saving, is rather too low than too high. Without a measurement the sheet's assumption counts.
    /// </summary>
    /// <param name="entries">Ledger entries; only standing real-time entries are looked at.</param>
    /// <param name="assumption">From a price sheet; null means none.</param>
    public static RealtimeBaseline From(IReadOnlyList<SpendEntry> entries, RealtimeAssumption? assumption)
    {
        var realtime = LedgerCorrection.Standing(entries).Where(e => e.Kind == CostKind.Realtime).ToList();
        // What has no price is left out with its predictions: the rest is a measurement all the same.
        var priced = realtime.Where(e => e.Cost.HasValue).ToList();
        var predictions = priced.Sum(e => e.Predictions);
        if (predictions > 0)
        {
            if (Spend.Of(priced).Total.TryGet(out var money))
                return new(Measured<Money>.Of(money with { Amount = money.Amount * 1_000m / predictions }), false,
                    string.Create(CultureInfo.InvariantCulture,
                        $"measured: {Figures.Price(money)} of busy endpoint time / {predictions:N0} real-time predictions x 1,000; the endpoint's idle time "
                            + $"is not counted"));
        }

        if (assumption is not null)
            return new(Measured<Money>.Of(assumption.PerThousand), true, $"assumed, not measured: {assumption.PerThousand} for 1,000 ({assumption.Source})");
        var reason = realtime.Any(e => e.Predictions > 0) ? "real-time predictions were made, but their endpoint has no price"
            : "no real-time prediction has been priced yet, and no price sheet assumes a cost";
        return new(Measured<Money>.NotMeasured(reason), false, reason);
    }
}
