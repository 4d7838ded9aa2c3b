using BatchEngine.CostModel.Prices;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Ledger;

/// <summary>Usage times price, exactly. Pure.</summary>
public static class Billing
{
    /// <summary>The decimals of an amount: a trillionth of the currency, so that the rounding of a million usages stays under a millionth.</summary>
    public const int Decimals = 12;

    /// <summary>The rate times the length, rounded half to even to <see cref="Decimals"/> decimals.</summary>
    /// <param name="perHour">The rate of one hour.</param>
    /// <param name="length">How long; not negative.</param>
    public static Money Amount(Money perHour, TimeSpan length) => perHour with { Amount = Round(perHour.Amount * length.Ticks / TimeSpan.TicksPerHour) };

    /// <summary>
    /// What an interval costs: the sum over its price changes. Not measured when any piece of it has no price, or when the pieces are in two currencies;
    /// a part of the amount is never passed off as the whole.
    /// </summary>
    /// <param name="pieces">In order, disjoint.</param>
    /// <param name="billed">How much of them is billed, shared by their lengths; may be more than all of them.</param>
    public static Measured<Money> Amount(IReadOnlyList<PricedInterval> pieces, TimeSpan billed)
    {
        Money? sum = null;
        var whole = pieces.Aggregate(0L, (ticks, piece) => ticks + (piece.ToExclusive - piece.From).Ticks);
        var (running, shared) = (0L, 0L);
        foreach (var piece in pieces)
        {
            running += (piece.ToExclusive - piece.From).Ticks;
            var after = running == whole ? billed.Ticks : (long)decimal.Round((decimal)billed.Ticks * running / whole);
            var length = TimeSpan.FromTicks(after - shared);
            shared = after;
            if (!piece.Answer.PerHour.TryGet(out var rate))
                return Measured<Money>.NotMeasured(piece.Answer.PerHour.Reason!);
            var amount = Amount(rate, length);
            if (sum is { } before && before.Currency != amount.Currency)
                return Measured<Money>.NotMeasured($"the price changes from {before.Currency} to {amount.Currency} within the usage");
            sum = sum is { } soFar ? soFar + amount : amount;
        }

        return sum is { } total ? Measured<Money>.Of(total) : Measured<Money>.NotMeasured("no interval was given");
    }

    /// <summary>Shares an amount by ticks so that the parts sum to it to the last digit: each part is the difference of two rounded running sums.</summary>
    internal static IReadOnlyList<Money> Share(Money amount, IReadOnlyList<long> ticks)
    {
        var whole = ticks.Sum();
        var parts = new Money[ticks.Count];
        var (runningTicks, before) = (0L, 0m);
        for (var index = 0; index < parts.Length; index++)
        {
            runningTicks += ticks[index];
            var after = whole == 0 || runningTicks == whole ? amount.Amount : Round(amount.Amount * ((decimal)runningTicks / whole));
            parts[index] = amount with { Amount = after - before };
            before = after;
        }

        return parts;
    }

    private static decimal Round(decimal amount) => decimal.Round(amount, Decimals, MidpointRounding.ToEven);
}
