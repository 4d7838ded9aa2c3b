using BatchEngine.CostModel.Prices;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Ledger;

/// <summary>
/// Prices one usage as the entries that the ledger gets for it: one for the work, one for rework and one for idle time where there was any. Pure. The
/// entries' amounts sum to
/// <see cref="Billing.Amount(IReadOnlyList{PricedInterval}, TimeSpan)"/> of the usage to the last digit, their durations to its length to the last tick.
/// </summary>
public static class UsagePricing
{
    /// <summary>The entries of one usage. Their ids derive from the usage's id and the kind, so pricing it again by the same prices gives the same
    /// entries.</summary>
    /// <param name="usage">The usage. Rework is part of the busy time; where two clocks say that it exceeds it, all busy time is rework.</param>
    /// <param name="job">The job; a usage without a run is booked under its serving name when this is empty.</param>
    /// <param name="model">"name:number" of the model; empty when unknown.</param>
    /// <param name="prices">The price book.</param>
    /// <param name="postedAt">When the entries are written.</param>
    /// <exception cref="InvariantBrokenException">A share is outside 0 to 1, or the interval ends before it starts.</exception>
    public static IReadOnlyList<SpendEntry> EntriesOf(UsageRecord usage, string job, string model, PriceBook prices, DateTimeOffset postedAt)
    {
        Check(usage);
        var pieces = prices.Over(usage.Offering, usage.From, usage.ToExclusive);
        var onDemandPieces = prices.Over(usage.Offering with { Purchase = PurchaseOption.OnDemand }, usage.From, usage.ToExclusive);
        var (kinds, ticks) = Split(usage);
        var costs = Share(Billing.Amount(pieces, usage.Duration), ticks);
        var onDemandCosts = Share(Billing.Amount(onDemandPieces, usage.Duration), ticks);
        var source = string.Join("; ", pieces.Select(p => p.Answer).OfType<PriceAnswer.Found>().Select(f => f.Quote.Source).Distinct());
        var entries = new SpendEntry[kinds.Count];
        for (var index = 0; index < entries.Length; index++)
            entries[index] = new SpendEntry($"{usage.Id}/{NameOf(kinds[index])}", usage.Id, usage.Run, job.Length > 0 ? job
                : usage.ServingName, model, kinds[index], usage.Offering,
                TimeSpan.FromTicks(ticks[index]), costs[index], onDemandCosts[index], costs[index].HasValue ? source : "", usage.From, usage.ToExclusive,
                index == 0 ? usage.Predictions : 0, postedAt, CorrectsEntryId: null);
        return entries;
    }

    private static void Check(UsageRecord usage)
    {
        if (!(usage.BusyShare is >= 0 and <= 1) || !(usage.ReworkShare is >= 0 and <= 1))
            throw new InvariantBrokenException("busy and rework shares lie between 0 and 1",
                FormattableString.Invariant($"usage {usage.Id}: busy {usage.BusyShare}, rework {usage.ReworkShare}"));
        if (usage.ToExclusive < usage.From || usage.Predictions < 0 || usage.Duration < TimeSpan.Zero)
            throw new InvariantBrokenException("a usage ends after it starts and counts no negative predictions",
                FormattableString.Invariant($"usage {usage.Id}: {usage.From:O} to {usage.ToExclusive:O}, {usage.Predictions} predictions"));
    }

    /// <summary>The work always has an entry, which carries the predictions; rework and idle time only when there was any.</summary>
    private static (IReadOnlyList<CostKind> Kinds, IReadOnlyList<long> Ticks) Split(UsageRecord usage)
    {
        var whole = usage.Duration.Ticks;
        var busy = TicksOf(usage.BusyShare, whole);
        var rework = Math.Min(busy, TicksOf(usage.ReworkShare, whole));
        if (usage.Kind == UsageKind.Unallocated)
            return ([CostKind.Idle], [whole]);
        var kinds = new List<CostKind>(3);
        var ticks = new List<long>(3);
        Add(usage.Kind switch
        {
            UsageKind.BatchWorker => CostKind.Batch,
            UsageKind.RunOverhead => CostKind.Shared,
            UsageKind.RealtimeEndpoint => CostKind.Realtime,
            _ => throw new InvariantBrokenException("a usage has a known kind", $"{usage.Id}: {usage.Kind}"),
        }, busy - rework, always: true);
        Add(CostKind.Rework, rework, always: false);
        Add(CostKind.Idle, whole - busy, always: false);
        return (kinds, ticks);

        void Add(CostKind kind, long part, bool always)
        {
            if (part == 0 && !always)
                return;
            kinds.Add(kind);
            ticks.Add(part);
        }
    }

    private static long TicksOf(double share, long whole) => (long)decimal.Round((decimal)share * whole, MidpointRounding.ToEven);

    private static IReadOnlyList<Measured<Money>> Share(Measured<Money> amount, IReadOnlyList<long> ticks) => amount.TryGet(out var money)
        ? [.. Billing.Share(money, ticks).Select(Measured<Money>.Of)]
        : [.. Enumerable.Repeat(amount, ticks.Count)];

    private static string NameOf(CostKind kind) => kind.ToString().ToLowerInvariant();
}
