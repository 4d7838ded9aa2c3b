using BatchEngine.Domain;

namespace BatchEngine.CostModel.Ledger;

/// <summary>A sum of ledger entries that says how much of it is known and what is not.</summary>
/// <param name="Total">What is known: the sum of the entries that have a price. Not measured when none has one, or when two currencies meet.</param>
/// <param name="Whole">The same, but not measured when any entry has no price: what is reckoned with.</param>
/// <param name="ByCurrency">The sums of the priced entries, one a currency, in currency order.</param>
/// <param name="Entries">How many entries.</param>
/// <param name="UnpricedEntries">How many of them have no price.</param>
/// <param name="UnpricedTime">The machine time of those.</param>
/// <param name="WhyUnpriced">Why the first of them has none; empty when all have one.</param>
public sealed record Spend(Measured<Money> Total, Measured<Money> Whole, IReadOnlyList<Money> ByCurrency, int Entries, int UnpricedEntries,
    TimeSpan UnpricedTime, string WhyUnpriced)
{
    /// <summary>Sums what the entries cost.</summary>
    public static Spend Of(IEnumerable<SpendEntry> entries) => Of(entries.Select(e => (e.Cost, e.Duration)));

    /// <summary>Sums what the entries would have cost on-demand.</summary>
    public static Spend OnDemandOf(IEnumerable<SpendEntry> entries) => Of(entries.Select(e => (e.OnDemandCost, e.Duration)));

    /// <summary>Sums the entries of one kind. Without any the sum is zero in the given currency: then nothing was rented for it, which is known.</summary>
    public static Measured<Money> OfKind(IReadOnlyList<SpendEntry> entries, CostKind kind, string currency)
    {
        var spend = Of(entries.Where(e => e.Kind == kind));
        return spend.Entries == 0 ? Measured<Money>.Of(Money.Zero(currency)) : spend.Total;
    }

    /// <summary>Nothing spent, because nothing was used.</summary>
    public static Spend None { get; } = Of(Array.Empty<SpendEntry>());

    /// <summary>Both together.</summary>
    public Spend Plus(Spend other)
    {
        var sums = new SortedDictionary<string, decimal>(StringComparer.Ordinal);
        foreach (var money in ByCurrency.Concat(other.ByCurrency))
            sums[money.Currency] = sums.GetValueOrDefault(money.Currency) + money.Amount;
        return From(sums, Entries + other.Entries, UnpricedEntries + other.UnpricedEntries, UnpricedTime + other.UnpricedTime,
            UnpricedEntries > 0 ? WhyUnpriced : other.WhyUnpriced);
    }

    /// <summary>What is not in the total, in words; null when nothing is missing.</summary>
    public string? Missing() => UnpricedEntries == 0 ? null
        : $"{Figures.Count(UnpricedEntries)} of {Figures.Count(Entries, "ledger entry", "ledger entries")} ({Figures.Duration(UnpricedTime)} of machine time) "
            + $"{(UnpricedEntries == 1 ? "has" : "have")} no price: {WhyUnpriced}";

    private static Spend Of(IEnumerable<(Measured<Money> Amount, TimeSpan Time)> amounts)
    {
        var sums = new SortedDictionary<string, decimal>(StringComparer.Ordinal);
        var (count, unpriced, reason, time) = (0, 0, "", TimeSpan.Zero);
        foreach (var (amount, length) in amounts)
        {
            count++;
            if (amount.TryGet(out var money))
            {
                sums[money.Currency] = sums.GetValueOrDefault(money.Currency) + money.Amount;
                continue;
            }

            time += length;
            if (unpriced++ == 0)
                reason = amount.Reason!;
        }

        return From(sums, count, unpriced, time, reason);
    }

    private static Spend From(SortedDictionary<string, decimal> sums, int count, int unpriced, TimeSpan time, string reason)
    {
        var byCurrency = sums.Select(s => new Money(s.Value, s.Key)).ToList();
        var missing = Measured<Money>.NotMeasured(FormattableString.Invariant($"{unpriced} of {count} ledger entries have no price: {reason}"));
        var total = count == 0 ? Measured<Money>.NotMeasured("no usage was recorded")
            : byCurrency.Count == 0 ? missing
            : byCurrency.Count > 1 ? Measured<Money>.NotMeasured($"amounts in {string.Join(" and ", sums.Keys)}: convert them with a dated rate first")
            : Measured<Money>.Of(byCurrency[0]);
        return new Spend(total, unpriced > 0 ? missing : total, byCurrency, count, unpriced, time, reason);
    }
}
