using BatchEngine.Domain;

namespace BatchEngine.CostModel.Ledger;

/// <summary>The arithmetic of one line of a cost summary, and the sentences that say how its numbers were made. Pure.</summary>
internal static class CostArithmetic
{
    private const string NoneMade = "no batch prediction was made";

    internal static CostLine LineOf(string name, IReadOnlyList<SpendEntry> entries, Measured<long> served, RealtimeBaseline baseline)
    {
        var spend = Spend.Of(entries);
        var currency = spend.ByCurrency.Count > 0 ? spend.ByCurrency[0].Currency : "USD";
        var runEntries = entries.Where(e => !IsEndpoint(e)).ToList();
        var runCost = Spend.Of(runEntries).Total;
        var predictions = new PredictionCounts(runEntries.Where(e => e.Kind == CostKind.Batch).Sum(e => e.Predictions),
            entries.Where(e => e.Kind == CostKind.Realtime).Sum(e => e.Predictions), served);
        var perThousand = new PerThousandCosts(PerThousand(runCost, predictions.Made),
            served.TryGet(out var answered) ? PerThousand(spend.Total, answered, "no look-up was answered") : Measured<Money>.NotMeasured(served.Reason!),
            baseline.PerThousand);
        var allRealtime = Saving.Against(predictions.Made > 0 ? baseline.PerThousand.Map(m => m with { Amount = m.Amount * predictions.Made / 1_000m })
            : Measured<Money>.NotMeasured(NoneMade), runCost);
        var onDemand = Saving.Against(Spend.OnDemandOf(entries).Total, spend.Total);
        return new CostLine(name, spend.Total,
            new KindCosts(Kind(CostKind.Batch), Kind(CostKind.Realtime), Kind(CostKind.Idle), Kind(CostKind.Rework), Kind(CostKind.Shared)),
            predictions, perThousand, allRealtime, onDemand, spend, HowMade());

        Measured<Money> Kind(CostKind kind) => entries.Count == 0 ? spend.Total : Spend.OfKind(entries, kind, currency);

        IReadOnlyList<string> HowMade()
        {
            var how = new List<string>();
            Say(how, perThousand.Made, m => FormattableString.Invariant(
                $"{m} for 1,000 predictions made = {runCost} of the runs (batch, rework, idle, shared) / {predictions.Made:N0} predictions x 1,000"));
            Say(how, perThousand.Served, m =>
                FormattableString.Invariant($"{m} for 1,000 predictions served = {spend.Total} in all / {answered:N0} look-ups answered x 1,000"));
            Say(how, allRealtime.Instead, m => FormattableString.Invariant(
                $"{m} all real time = {predictions.Made:N0} predictions, each once in real time x {baseline.PerThousand} for 1,000 ({baseline.HowMade})"));
            Say(how, allRealtime.Saved, m => $"{m} saved against all real time = {allRealtime.Instead} - {runCost} of the runs");
            Say(how, onDemand.Instead, m => $"{m} on-demand = the same machine time at on-demand prices");
            Say(how, onDemand.Saved, m => $"{m} saved against on-demand = {onDemand.Instead} - {spend.Total}");
            return how;
        }
    }

    /// <summary>What 1,000 predictions come to.</summary>
    internal static Measured<Money> PerThousand(Measured<Money> cost, long predictions, string whenNone = NoneMade) => predictions > 0
        ? cost.Map(m => m with { Amount = m.Amount * 1_000m / predictions })
        : Measured<Money>.NotMeasured(whenNone);

    /// <summary>Endpoint time belongs to no run: its work and its idle time both.</summary>
    private static bool IsEndpoint(SpendEntry entry) => entry.Kind == CostKind.Realtime || entry.Run is null;

    private static void Say(List<string> how, Measured<Money> number, Func<Money, string> sentence)
    {
        if (number.TryGet(out var value))
            how.Add(sentence(value));
    }
}
