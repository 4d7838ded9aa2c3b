using BatchEngine.Domain;

namespace BatchEngine.CostModel.Ledger;

/// <summary>The arithmetic of one line of a cost summary, and the sentences that say how its numbers were made. Pure.</summary>
internal static class CostArithmetic
{
    internal static CostLine LineOf(string name, IReadOnlyList<SpendEntry> entries, Measured<long> served, RealtimeBaseline baseline)
    {
        var spend = Spend.Of(entries);
        var currency = spend.ByCurrency.Count > 0 ? spend.ByCurrency[0].Currency : "USD";
        var runEntries = entries.Where(e => !IsEndpoint(e)).ToList();
        var runCost = Spend.Of(runEntries).Total;
        var made = runEntries.Where(e => e.Kind == CostKind.Batch).Sum(e => e.Predictions);
        var realtime = entries.Where(e => e.Kind == CostKind.Realtime).Sum(e => e.Predictions);
        var onDemand = Spend.OnDemandOf(entries).Total;
        var perMade = PerThousand(runCost, made, "no batch prediction was made");
        var perServed = served.TryGet(out var answered) ? PerThousand(spend.Total, answered, "no look-up was answered")
            : Measured<Money>.NotMeasured(served.Reason!);
        var allRealtime = made > 0 ? baseline.PerThousand.Map(m => m with { Amount = m.Amount * made / 1_000m })
            : Measured<Money>.NotMeasured("no batch prediction was made");
        var savedRealtime = Minus(allRealtime, runCost);
        var savedOnDemand = Minus(onDemand, spend.Total);
        var how = new List<string>();
        Say(how, perMade, m => FormattableString.Invariant(
            $"{m} for 1,000 predictions made = {runCost} of the runs (batch, rework, idle, shared) / {made:N0} predictions x 1,000"));
        Say(how, perServed, m =>
            FormattableString.Invariant($"{m} for 1,000 predictions served = {spend.Total} in all / {answered:N0} look-ups answered x 1,000"));
        Say(how, allRealtime, m =>
            FormattableString.Invariant(
                $"{m} all real time = {made:N0} predictions, each once in real time x {baseline.PerThousand} for 1,000 ({baseline.HowMade})"));
        Say(how, savedRealtime, m => $"{m} saved against all real time = {allRealtime} - {runCost} of the runs");
        Say(how, onDemand, m => $"{m} on-demand = the same machine time at on-demand prices");
        Say(how, savedOnDemand, m => $"{m} saved against on-demand = {onDemand} - {spend.Total}");
        return new CostLine(name, spend.Total, Kind(CostKind.Batch), Kind(CostKind.Realtime), Kind(CostKind.Idle), Kind(CostKind.Rework), Kind(CostKind.Shared),
            made, realtime, served, perMade, perServed, baseline.PerThousand, allRealtime, savedRealtime, onDemand, savedOnDemand, spend, how);

        Measured<Money> Kind(CostKind kind) => entries.Count == 0 ? spend.Total : Spend.OfKind(entries, kind, currency);
    }

    /// <summary>Endpoint time belongs to no run: its work and its idle time both.</summary>
    private static bool IsEndpoint(SpendEntry entry) => entry.Kind == CostKind.Realtime || entry.Run is null;

    private static Measured<Money> PerThousand(Measured<Money> cost, long predictions, string whenNone) => predictions > 0
        ? cost.Map(m => m with { Amount = m.Amount * 1_000m / predictions })
        : Measured<Money>.NotMeasured(whenNone);

    private static Measured<Money> Minus(Measured<Money> left, Measured<Money> right)
    {
        if (!left.TryGet(out var from) || !right.TryGet(out var taken))
            return Measured<Money>.NotMeasured(left.Reason ?? right.Reason!);
        return from.Currency == taken.Currency
            ? Measured<Money>.Of(from - taken)
            : Measured<Money>.NotMeasured($"{from.Currency} and {taken.Currency} cannot be compared without a dated rate");
    }

    private static void Say(List<string> how, Measured<Money> number, Func<Money, string> sentence)
    {
        if (number.TryGet(out var value))
            how.Add(sentence(value));
    }
}
