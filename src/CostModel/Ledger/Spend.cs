using BatchEngine.Domain;

namespace BatchEngine.CostModel.Ledger;

/// <summary>A sum of ledger entries that does not hide what has no price.</summary>
/// <param name="Total">The sum; not measured when an entry has no price, when two currencies meet, or when there is no entry.</param>
/// <param name="ByCurrency">The sums of the priced entries, one a currency, in currency order.</param>
/// <param name="Entries">How many entries.</param>
/// <param name="UnpricedEntries">How many of them have no price.</param>
public sealed record Spend(Measured<Money> Total, IReadOnlyList<Money> ByCurrency, int Entries, int UnpricedEntries)
{
    /// <summary>Sums what the entries cost.</summary>
    public static Spend Of(IEnumerable<SpendEntry> entries) => Of(entries.Select(e => e.Cost));

    /// <summary>Sums what the entries would have cost on-demand.</summary>
    public static Spend OnDemandOf(IEnumerable<SpendEntry> entries) => Of(entries.Select(e => e.OnDemandCost));

    /// <summary>Sums the entries of one kind. Without any the sum is zero in the given currency: then nothing was rented for it, which is known.</summary>
    public static Measured<Money> OfKind(IReadOnlyList<SpendEntry> entries, CostKind kind, string currency)
    {
        var spend = Of(entries.Where(e => e.Kind == kind));
        return spend.Entries == 0 ? Measured<Money>.Of(Money.Zero(currency)) : spend.Total;
    }

    private static Spend Of(IEnumerable<Measured<Money>> amounts)
    {
        var sums = new SortedDictionary<string, decimal>(StringComparer.Ordinal);
        var (count, unpriced, reason) = (0, 0, "");
        foreach (var amount in amounts)
        {
            count++;
            if (amount.TryGet(out var money))
                sums[money.Currency] = sums.GetValueOrDefault(money.Currency) + money.Amount;
            else if (unpriced++ == 0)
                reason = amount.Reason!;
        }

        var byCurrency = sums.Select(s => new Money(s.Value, s.Key)).ToList();
        var total = count == 0 ? Measured<Money>.NotMeasured("no usage was recorded")
            : unpriced > 0 ? Measured<Money>.NotMeasured(FormattableString.Invariant($"{unpriced} of {count} ledger entries have no price: {reason}"))
            : byCurrency.Count > 1 ? Measured<Money>.NotMeasured($"amounts in {string.Join(" and ", sums.Keys)}: convert them with a dated rate first")
            : Measured<Money>.Of(byCurrency[0]);
        return new Spend(total, byCurrency, count, unpriced);
    }
}
