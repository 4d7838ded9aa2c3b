using BatchEngine.TestKit.Amounts;
using BatchEngine.CostModel.Ledger;
using BatchEngine.CostModel.Prices;
using BatchEngine.CostModel.Summaries;
using BatchEngine.Domain;
using CsCheck;

namespace BatchEngine.CostModel.Tests.Ledger;

public sealed class UsagePricingTests
{
    private static readonly Gen<UsageRecord> AnyUsage =
        from id in Gen.Int[0, int.MaxValue]
        from kind in Gen.Int[0, 2].Select(k => (UsageKind)k)
        from ticks in Gen.Long[0, TimeSpan.TicksPerDay * 30]
        from busy in Gen.Double[0, 1]
        from rework in Gen.Double[0, 1]
        select Ledgers.Usage($"u{id}", kind, ticks: ticks, busy: busy, rework: rework * busy, predictions: id);

    [Fact]
    public void Ledger_AnyUsage_TotalIsSumOfUsageTimesQuoteToTheLastDigit() =>
        Gen.Select(AnyUsage.List[1, 20], Gen.Int[1, 100_000_000]).Sample((usages, millionths) =>
    {
        var quote = Ledgers.Quote(Ledgers.Spot, millionths / 1_000_000m);
        var book = new PriceBook([quote]);
        var entries = usages.SelectMany(u => UsagePricing.EntriesOf(u, "churn", "churn:1", book, Ledgers.Midnight)).ToList();
        var expected = usages.Sum(u => decimal.Round(quote.PerHour.Amount * u.Duration.Ticks / 36_000_000_000m, 12, MidpointRounding.ToEven));
        Assert.Equal(expected, entries.Sum(e => e.Cost.Value.Amount));
        Assert.Equal(usages.Sum(u => u.Duration.Ticks), entries.Sum(e => e.Duration.Ticks));
        Assert.Equal(usages.Sum(u => u.Predictions), entries.Sum(e => e.Predictions));
        Assert.All(entries, e => Assert.True(e.Cost.Value.Amount >= 0));
    });

    [Fact]
    public void EntriesOf_BusyReworkIdle_SplitsTheHour()
    {
        var entries = UsagePricing.EntriesOf(Ledgers.Usage("u", busy: 0.75, rework: 0.25, predictions: 9), "churn", "churn:1",
            new PriceBook([Ledgers.Quote(Ledgers.Spot, 1m)]), Ledgers.Midnight);
        Assert.Equal([(CostKind.Batch, 0.5m, 9L), (CostKind.Rework, 0.25m, 0L), (CostKind.Idle, 0.25m, 0L)],
            entries.Select(e => (e.Kind, e.Cost.Value.Amount, e.Predictions)));
        Assert.All(entries, e => Assert.False(e.OnDemandCost.HasValue));
    }

    [Fact]
    public void EntriesOf_OneUsageAtAnotherTimeAndPrice_HaveTheSameDistinctIds()
    {
        var usage = Ledgers.Usage("u", busy: 0.5, rework: 0.25);
        var first = UsagePricing.EntriesOf(usage, "churn", "", PriceBook.Empty, Ledgers.Midnight).Select(e => e.Id).ToList();
        var later = UsagePricing.EntriesOf(usage, "churn", "", new PriceBook([Ledgers.Quote(Ledgers.Spot, 1m)]), Ledgers.Midnight.AddDays(1));
        Assert.Equal(["u/batch", "u/rework", "u/idle"], first);
        Assert.Equal(first, later.Select(e => e.Id));
    }

    [Fact]
    public void EntriesOf_PriceMissingForAPart_WholeCostIsNotMeasured()
    {
        var book = new PriceBook([Ledgers.Quote(Ledgers.Spot, 1m, until: Ledgers.Midnight.AddMinutes(30))]);
        var entry = Assert.Single(UsagePricing.EntriesOf(Ledgers.Usage("u"), "churn", "", book, Ledgers.Midnight));
        Assert.Contains("expired", entry.Cost.Reason);
        Assert.Equal("", entry.PriceSource);
    }

    [Theory]
    [InlineData(double.NaN, 0)]
    [InlineData(-0.1, 0)]
    [InlineData(1.1, 0)]
    [InlineData(1, double.NaN)]
    public void EntriesOf_ShareOutsideItsRange_Stops(double busy, double rework) =>
        Assert.Throws<InvariantBrokenException>(() =>
            UsagePricing.EntriesOf(Ledgers.Usage("u", busy: busy, rework: rework), "churn", "", PriceBook.Empty, Ledgers.Midnight));

    [Fact]
    public void Correct_LatePrice_ReversesAndReplacesWithoutTouchingTheOld()
    {
        var usage = Ledgers.Usage("u", busy: 0.5);
        var posted = UsagePricing.EntriesOf(usage, "churn", "", new PriceBook([Ledgers.Quote(Ledgers.Spot, 1m)]), Ledgers.Midnight);
        var renewed = new PriceBook([Ledgers.Quote(Ledgers.Spot, 3m)]);
        var all = posted.Concat(LedgerCorrection.Correct(posted, usage, "churn", "", renewed, Ledgers.Midnight.AddDays(1))).ToList();
        Assert.Equal(3m, all.Sum(e => e.Cost.Value.Amount));
        Assert.Equal(3m, LedgerCorrection.Standing(all).Sum(e => e.Cost.Value.Amount));
        Assert.Equal(all.Count, all.Select(e => e.Id).Distinct().Count());
        Assert.Empty(LedgerCorrection.Correct(all, usage, "churn", "", renewed, Ledgers.Midnight.AddDays(2)));
    }

    [Fact]
    public void Summary_LinesAndUnallocated_SumToTheTotal()
    {
        var book = new PriceBook([Ledgers.Quote(Ledgers.Spot, 0.7m)]);
        var entries = UsagePricing.EntriesOf(Ledgers.Usage("a", busy: 0.3, predictions: 1_000_000), "churn", "churn:1", book, Ledgers.Midnight)
            .Concat(UsagePricing.EntriesOf(Ledgers.Usage("b", UsageKind.RealtimeEndpoint, busy: 0.01, predictions: 70), "", "", book, Ledgers.Midnight))
                .ToList();
        var summary = CostSummary.Of(entries, [], new Dictionary<string, string>(), CostGrouping.Run, RealtimeBaseline.From(entries, null),
            RunFates.Unknown);
        Assert.Equal(summary.Total.Total.Value, summary.Lines.Single().Total.Value + summary.Unallocated!.Total.Value);
        Assert.Equal(Money.Usd(0.0007m), summary.Lines[0].PerThousand.Made.Value);
        Assert.Equal(Money.Usd(0.1m), summary.Baseline.PerThousand.Value);
        Assert.Equal(Money.Usd(100m - 0.7m), summary.Lines[0].AllRealtime.Saved.Value);
    }

    [Fact]
    public void Summary_NoRealtimeAnswerMeasured_SavingIsNotMeasured()
    {
        var entries = UsagePricing.EntriesOf(Ledgers.Usage("a", predictions: 5), "churn", "", new PriceBook([Ledgers.Quote(Ledgers.Spot, 1m)]),
            Ledgers.Midnight);
        var line = CostSummary.Of(entries, null, new Dictionary<string, string>(), CostGrouping.Job, RealtimeBaseline.From(entries, null),
            RunFates.Unknown).Lines.Single();
        Assert.False(line.AllRealtime.Saved.HasValue);
        Assert.False(line.Predictions.Lookups.Served.HasValue);
    }

    [Fact]
    public void Spend_TwoCurrencies_AreNeverAdded()
    {
        var usd = UsagePricing.EntriesOf(Ledgers.Usage("a"), "churn", "", new PriceBook([Ledgers.Quote(Ledgers.Spot, 1m)]), Ledgers.Midnight);
        var eur = UsagePricing.EntriesOf(Ledgers.Usage("b"), "churn", "", new PriceBook([Ledgers.Quote(Ledgers.Spot, 1m, currency: "EUR")]), Ledgers.Midnight);
        var spend = Spend.Of([.. usd, .. eur]);
        Assert.Contains("EUR and USD", spend.Total.Reason);
        Assert.Equal(2, spend.ByCurrency.Count);
    }

    [Fact]
    public void Saving_UnknownOrInTwoCurrencies_IsNotMeasuredForThatReason()
    {
        var unknown = Measured<Money>.NotMeasured("no price");
        var one = Measured<Money>.Of(Money.Usd(1));
        Assert.Equal("not measured (no price)", Saving.Against(unknown, one).InWords());
        Assert.Equal("not measured (no price)", Saving.Against(one, unknown).InWords());
        Assert.Contains("cannot be compared", Saving.Against(one, Measured<Money>.Of(new Money(1, "EUR"))).InWords(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(12, 0.5, "12.00 USD would have been spent, 11.50 USD saved (95.8 %)")]
    [InlineData(0.5, 2, "0.50 USD would have been spent, 1.50 USD more was")]
    [InlineData(0, 0, "0.00 USD would have been spent, 0.00 USD saved")]
    public void Saving_Measured_IsToldInWords(double instead, double paid, string expected) => Assert.Equal(expected,
        Saving.Against(Measured<Money>.Of(Money.Usd((decimal)instead)), Measured<Money>.Of(Money.Usd((decimal)paid))).InWords());
}
