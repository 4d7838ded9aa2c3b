using BatchEngine.TestKit.Amounts;
using BatchEngine.CostModel.Ledger;
using BatchEngine.CostModel.Prices;
using BatchEngine.CostModel.Summaries;
using BatchEngine.Domain;
using BatchEngine.Host.Screens;
using BatchEngine.Host.Terminal;

namespace BatchEngine.Host.Tests.Screens;

/// <summary>The table of costs breaks no amount, and says what is missing from its total.</summary>
public sealed class CostScreenTests
{
    private static readonly DateTimeOffset Due = new(2026, 11, 23, 2, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(120)]
    [InlineData(160)]
    public void Table_OnATerminalOfAnyWidth_KeepsEveryAmountOnOneLine(int width)
    {
        var book = new PriceBook([new PriceQuote(Offering.Local, Money.Usd(0.019m), "a sheet", Due.AddDays(-1), null)]);
        var entries = Enumerable.Range(0, 3)
            .SelectMany(night => UsagePricing.EntriesOf(new UsageRecord($"u{night}", new RunId("customer-value", Due.AddDays(night)),
            "", "worker-1", UsageKind.BatchWorker, Offering.Local, Due, Due.AddSeconds(37 + night), 0.7, 0.01, 1_000_978), "customer-value", "churn:1", book,
                Due))
            .ToList();
        var summary = CostSummary.Of(entries, [], new Dictionary<string, string>(), CostGrouping.Run, RealtimeBaseline.From(entries, null), RunFates.Unknown);
        using var answers = new StringWriter();
        CostScreen.Print(new Screen(json: false, verbose: false, answers, width), summary);
        foreach (var line in summary.Lines.Append(summary.Total))
            Assert.Contains(Figures.Amount(line.Total.Value, 6), answers.ToString(), StringComparison.Ordinal);
        Assert.Contains("1,000,978", answers.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Total_WithAnUnknownPrice_SaysWhatIsMeasuredAndWhatIsNot()
    {
        var book = new PriceBook([new PriceQuote(Offering.Local, Money.Usd(2), "a sheet", Due.AddDays(-1), null)]);
        var hour = new UsageRecord("u", new RunId("churn", Due), "", "worker-1", UsageKind.BatchWorker, Offering.Local, Due, Due.AddHours(1), 1, 0, 10);
        var other = hour with { Id = "v", Offering = new Offering("ec2", "p5.48xlarge", "eu-central-1a", PurchaseOption.Spot) };
        IReadOnlyList<SpendEntry> entries = [.. UsagePricing.EntriesOf(hour, "churn", "", book, Due), .. UsagePricing.EntriesOf(other, "churn", "", book, Due)];
        var summary = CostSummary.Of(entries, [], new Dictionary<string, string>(), CostGrouping.Job, RealtimeBaseline.From(entries, null), RunFates.Unknown);
        using var answers = new StringWriter();
        CostScreen.Print(new Screen(json: false, verbose: false, answers), summary);
        Assert.Contains("2.00 + ?", answers.ToString(), StringComparison.Ordinal);
        Assert.Contains("Measured: 2.00 USD. Not measured: 1 of 2 ledger entries (1 h 00 min of machine time) has no price: no price for", answers.ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Total_InTwoCurrencies_ListsBothAmounts()
    {
        var hour = new UsageRecord("u", new RunId("churn", Due), "", "worker-1", UsageKind.BatchWorker, Offering.Local, Due, Due.AddHours(1), 1, 0, 10);
        PriceBook In(string currency, decimal rate) => new([new PriceQuote(hour.Offering, new Money(rate, currency), "test", hour.From.AddDays(-1), null)]);
        IReadOnlyList<SpendEntry> entries =
            [.. UsagePricing.EntriesOf(hour, "churn", "", In("EUR", 2), Due),
                .. UsagePricing.EntriesOf(hour with { Id = "v" }, "churn", "", In("USD", 3), Due)];
        var summary = CostSummary.Of(entries, [], new Dictionary<string, string>(), CostGrouping.Job, RealtimeBaseline.From(entries, null), RunFates.Unknown);
        using var answers = new StringWriter();
        CostScreen.Print(new Screen(json: false, verbose: false, answers), summary);
        Assert.Contains("2.00 EUR + 3.00 USD", answers.ToString(), StringComparison.Ordinal);
        Assert.Contains("Spent: 2.00 EUR + 3.00 USD. A sum needs a dated rate", answers.ToString(), StringComparison.Ordinal);
    }
}
