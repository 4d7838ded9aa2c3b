using BatchEngine.TestKit.Amounts;
using BatchEngine.CostModel.Ledger;
using BatchEngine.CostModel.Prices;
using BatchEngine.CostModel.Summaries;
using BatchEngine.CostModel.Tests.Ledger;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Ledger;

namespace BatchEngine.CostModel.Tests.Summaries;

/// <summary>Every entry and every look-up has one line, and what nobody can get is no prediction made.</summary>
public sealed class CostSummaryTests
{
    private static readonly PriceBook Book = new(
        [Ledgers.Quote(Ledgers.Spot, 1m), Ledgers.Quote(Ledgers.Spot with { Purchase = PurchaseOption.OnDemand }, 3m)]);
    private static readonly RealtimeBaseline Baseline = RealtimeBaseline.From([], new RealtimeAssumption(Money.Usd(10), "a guess"));
    private static readonly RunId Other = new("churn", Ledgers.Midnight.AddDays(1));

    private static readonly ServedCount[] Lookups =
        [new("value", AnswerSource.Snapshot, 70), new("value", AnswerSource.Realtime, 20), new("value", AnswerSource.Refused, 7), new("value",
            AnswerSource.Snapshot, 3, IsDiagnostic: true)];

    private static IReadOnlyList<SpendEntry> Batch(string id, RunId? run = null, long predictions = 1_000) =>
        UsagePricing.EntriesOf(Ledgers.Usage(id, predictions: predictions) with { Run = run ?? Ledgers.Run }, (run ?? Ledgers.Run).Job, "churn:1", Book,
            Ledgers.Midnight);

    private static IReadOnlyList<SpendEntry> Endpoint(string id, string name) =>
        UsagePricing.EntriesOf(Ledgers.Usage(id, UsageKind.RealtimeEndpoint, busy: 0.25, predictions: 20) with { ServingName = name }, "", "", Book,
            Ledgers.Midnight);

    private static CostSummary Summary(CostGrouping grouping, IReadOnlyList<SpendEntry> entries, RunFates? fates = null,
        params (string Job, string Name)[] jobs) =>
        CostSummary.Of(entries, Lookups, jobs.ToDictionary(j => j.Job, j => j.Name), grouping, Baseline, fates ?? RunFates.Unknown);

    [Fact]
    public void Lookups_ServingNameDiffersFromTheJobs_AreCountedOnceWithTheEndpointInTheJobsLine()
    {
        var summary = Summary(CostGrouping.Job, [.. Batch("a"), .. Endpoint("e", "value")], null, ("churn", "value"));
        var line = Assert.Single(summary.Lines);
        Assert.Equal(("churn", 2m, 90L, 7L, 3L, 100L), (line.Name, line.Total.Value.Amount, line.Predictions.Lookups.Served.Value,
            line.Predictions.Lookups.Refused.Value, line.Predictions.Lookups.Diagnostic.Value, line.Predictions.Lookups.Requests.Value));
        Assert.Equal(line.Predictions, summary.Total.Predictions);
    }

    [Theory]
    [InlineData(CostGrouping.Job)]
    [InlineData(CostGrouping.ServingName)]
    public void Lines_AnyJobsAndNames_AddUpInMoneyAndLookups(CostGrouping grouping)
    {
        var summary = Summary(grouping, [.. Batch("a"), .. Batch("b", new RunId("other", Ledgers.Midnight)), .. Endpoint("e", "value"),
            .. Endpoint("f", "else"),
            .. Endpoint("g", "")], null, ("churn", "value"), ("other", "value"), ("value", "churn"));
        var lines = summary.Unallocated is { } nobody ? summary.Lines.Append(nobody).ToList() : [.. summary.Lines];
        Assert.Equal(5m, lines.Sum(l => l.Total.Value.Amount));
        Assert.Equal(100, summary.Lines.Sum(l => l.Predictions.Lookups.Requests.Value));
        Assert.Equal(1m, summary.Unallocated!.Total.Value.Amount);
    }

    [Fact]
    public void Lookups_NameWithoutSpend_HaveTheirLine() =>
        Assert.Equal(["churn", "value"], Summary(CostGrouping.Job, Batch("a"), null, ("churn", "churn")).Lines.Select(l => l.Name));

    [Theory]
    [InlineData(RunState.Held)]
    [InlineData(RunState.Failed)]
    [InlineData(RunState.Cancelled)]
    public void Predictions_OfARunNobodyCanGet_AreWasteWithTheirMoney(RunState state)
    {
        IReadOnlyList<SpendEntry> entries = [.. Batch("a"), .. Batch("b", Other, 4_000)];
        var fates = new RunFates(new Dictionary<RunId, RunEnding> { [Ledgers.Run] = new(RunState.Published, true), [Other] = new(state, false) });
        var total = Summary(CostGrouping.Run, entries, fates).Total;
        Assert.Equal((1_000L, 4_000L, 1m), (total.Predictions.Made, total.Predictions.Wasted, total.Wasted.Value.Amount));
        Assert.Equal(2m, total.PerThousand.Made.Value.Amount);
        Assert.Equal(10m - 2m, total.AllRealtime.Saved.Value.Amount);
        Assert.Equal(3m - 1m, total.OnDemand.Saved.Value.Amount);

        var held = Summary(CostGrouping.Run, entries, fates).Lines.Single(l => l.Name == Other.ToString());
        Assert.False(held.PerThousand.Made.HasValue || held.AllRealtime.Saved.HasValue || held.OnDemand.Saved.HasValue);

        // Published by hand later: it is no waste any more.
        fates = new RunFates(new Dictionary<RunId, RunEnding> { [Other] = new(state, true) });
        total = Summary(CostGrouping.Run, entries, fates).Total;
        Assert.Equal((5_000L, 0L), (total.Predictions.Made, total.Predictions.Wasted));
    }

    [Fact]
    public void Predictions_OfARunThatGoesOn_AreNotCountedYetAndNeitherIsItsMoney()
    {
        var fates = new RunFates(new Dictionary<RunId, RunEnding> { [Other] = new(RunState.Scoring, false) });
        var total = Summary(CostGrouping.Run, [.. Batch("a"), .. Batch("b", Other, 4_000)], fates).Total;
        Assert.Equal((1_000L, 4_000L, 1m, 2m), (total.Predictions.Made, total.Predictions.Open, total.PerThousand.Made.Value.Amount, total.Total.Value.Amount));
    }

    [Fact]
    public void Total_OneEntryWithoutAPrice_SaysWhatIsMeasuredAndWhatIsNot()
    {
        var dear = Ledgers.Spot with { InstanceType = "p5.48xlarge" };
        var entries = Batch("a").Concat(UsagePricing.EntriesOf(Ledgers.Usage("b", offering: dear, ticks: TimeSpan.TicksPerMinute), "churn", "", Book,
            Ledgers.Midnight)).ToList();
        var total = Summary(CostGrouping.Job, entries).Total;
        Assert.Equal(1m, total.Total.Value.Amount);
        Assert.Equal((2, 1, TimeSpan.FromMinutes(1)), (total.Spend.Entries, total.Spend.UnpricedEntries, total.Spend.UnpricedTime));
        Assert.Contains("1 of 2 ledger entries (1 min 00 s of machine time) has no price: no price for", total.Spend.Missing(), StringComparison.Ordinal);
        Assert.Contains(total.HowMade, h => h.Contains("p5.48xlarge", StringComparison.Ordinal));

        // A part is never reckoned with as the whole.
        Assert.False(total.PerThousand.Made.HasValue || total.AllRealtime.Saved.HasValue || total.OnDemand.Saved.HasValue);
    }
}
