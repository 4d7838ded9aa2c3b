using BatchEngine.CostModel.Ledger;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Summaries;

/// <summary>The arithmetic of one line of a cost summary, and the sentences that say how its numbers were made. Pure.</summary>
internal static class CostArithmetic
{
    private const string NonePublished = "no batch prediction was published";

    internal static CostLine LineOf(string name, IReadOnlyList<SpendEntry> entries, LookupCounts lookups, RealtimeBaseline baseline, RunFates fates)
    {
        var spend = Spend.Of(entries);
        var currency = spend.ByCurrency.Count > 0 ? spend.ByCurrency[0].Currency : "USD";
        // A run that goes on has paid for predictions that are not counted yet: it joins when it ends.
        var ended = entries.Where(e => !IsEndpoint(e) && FateOf(e) != RunFate.Open).ToList();
        var (runCost, wasted) = (Spend.Of(ended).Whole, Spend.Of(entries.Where(IsWasted)));
        var predictions = new PredictionCounts(Made(RunFate.Published), Made(RunFate.Wasted), Made(RunFate.Open),
            entries.Where(e => e.Kind == CostKind.Realtime).Sum(e => e.Predictions), lookups);
        var perThousand = new PerThousandCosts(PerThousand(runCost, predictions.Made),
            lookups.Served.TryGet(out var answered) ? PerThousand(spend.Whole, answered, "no look-up was answered")
                : Measured<Money>.NotMeasured(lookups.Served.Reason!),
            baseline.PerThousand);
        var allRealtime = Saving.Against(predictions.Made > 0 ? baseline.PerThousand.Map(m => m with { Amount = m.Amount * predictions.Made / 1_000m })
            : Measured<Money>.NotMeasured(NonePublished), runCost);
        var useful = entries.Where(e => !IsWasted(e)).ToList();
        var onDemand = useful.Count == 0 && entries.Count > 0 ? Saving.None("what was made cannot be had, so nothing was saved")
            : Saving.Against(Spend.OnDemandOf(useful).Whole, Spend.Of(useful).Whole);
        return new CostLine(name, spend.Total,
            new KindCosts(Kind(CostKind.Batch), Kind(CostKind.Realtime), Kind(CostKind.Idle), Kind(CostKind.Rework), Kind(CostKind.Shared)),
            wasted.Entries == 0 ? Measured<Money>.Of(Money.Zero(currency)) : wasted.Total, predictions, perThousand, allRealtime, onDemand, spend,
            HowMade());

        Measured<Money> Kind(CostKind kind) => entries.Count == 0 ? spend.Total : Spend.OfKind(entries, kind, currency);

        long Made(RunFate fate) => entries.Where(e => e.Kind == CostKind.Batch && FateOf(e) == fate).Sum(e => e.Predictions);

        RunFate FateOf(SpendEntry entry) => entry.Run is { } run ? fates.Of(run) : RunFate.Published;

        bool IsWasted(SpendEntry entry) => entry.Run is { } run && fates.Of(run) == RunFate.Wasted;

        IReadOnlyList<string> HowMade()
        {
            var how = new List<string>();
            if (spend.Missing() is { } missing)
                how.Add($"{Figures.Price(spend.Total)} is what has a price; {missing}");
            Say(how, perThousand.Made, m => FormattableString.Invariant(
                $"{m} for 1,000 predictions published = {runCost} of the ended runs (all kinds) / {predictions.Made:N0} predictions x 1,000"));
            Say(how, perThousand.Served, m =>
                FormattableString.Invariant($"{m} for 1,000 predictions served = {spend.Whole} in all / {answered:N0} look-ups answered x 1,000"));
            Say(how, allRealtime.Instead, m => FormattableString.Invariant(
                $"{m} all real time = {predictions.Made:N0} predictions, each once in real time x {baseline.PerThousand} for 1,000 ({baseline.HowMade})"));
            Say(how, allRealtime.Saved, m => $"{m} saved against all real time = {allRealtime.Instead} - {runCost} of the ended runs");
            Say(how, onDemand.Instead, m => $"{m} on-demand = the same machine time at on-demand prices");
            Say(how, onDemand.Saved, m => $"{m} saved against on-demand = {onDemand.Instead} - {Spend.Of(useful).Whole}");
            if (predictions.Wasted > 0 || wasted.Entries > 0)
                how.Add(FormattableString.Invariant(
                    $"{wasted.Total} wasted = what held, failed and cancelled runs cost; nobody can get their {predictions.Wasted:N0} predictions"));
            return how;
        }
    }

    /// <summary>What 1,000 predictions come to.</summary>
    internal static Measured<Money> PerThousand(Measured<Money> cost, long predictions, string whenNone = NonePublished) => predictions > 0
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
