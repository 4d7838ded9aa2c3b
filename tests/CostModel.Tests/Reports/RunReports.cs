using BatchEngine.TestKit.Amounts;
using BatchEngine.CostModel.Drift;
using BatchEngine.CostModel.Ledger;
using BatchEngine.CostModel.Prices;
using BatchEngine.CostModel.Reports;
using BatchEngine.CostModel.Summaries;
using BatchEngine.CostModel.Tests.Ledger;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Tests.Reports;

/// <summary>A report of a night with drift, an interruption and dead letters, in any size.</summary>
internal static class RunReports
{
    internal static RunReport Sample(int columns = 6, int shards = 8, int decisions = 4, string name = "income", RunFates? fates = null)
    {
        var book = new PriceBook([Ledgers.Quote(Ledgers.Spot, 0.0378m), Ledgers.Quote(Ledgers.Spot with { Purchase = PurchaseOption.OnDemand }, 0.102m)]);
        var run = new RunId("churn", Ledgers.Midnight.AddHours(2));
        var entries = UsagePricing.EntriesOf(Ledgers.Usage("a", ticks: TimeSpan.TicksPerMinute, busy: 0.93, rework: 0.04, predictions: 999_880), "churn",
            "churn:3", book, Ledgers.Midnight)
            .Concat(UsagePricing.EntriesOf(Ledgers.Usage("b", UsageKind.RunOverhead, ticks: TimeSpan.TicksPerSecond * 9), "churn", "churn:3", book,
                Ledgers.Midnight)).ToList();
        var baseline = RealtimeBaseline.From(entries, new RealtimeAssumption(Money.Usd(0.0041m), "one real-time endpoint at 30 % use"));
        var cost = CostSummary.Of(entries, null, new Dictionary<string, string>(), CostGrouping.Run, baseline, fates ?? RunFates.Unknown).Total;
        var before = Enumerable.Range(0, columns).Select(i => Profile($"{name}_{i}", i, 0)).ToList();
        var now = Enumerable.Range(0, columns).Select(i => Profile($"{name}_{i}", i, i % 3 == 0 ? 60 : 1)).ToList();
        var drift = DriftComparison.Compare(run, new RunId("churn", Ledgers.Midnight.AddHours(-22)), before, now, DriftRule.Default);
        return new RunReport(run, RunState.Published, "", "growth", "churn", new ModelVersion("churn", 3, Digest.Of("model")), Ledgers.Midnight.AddHours(2),
            Ledgers.Midnight.AddHours(2), Ledgers.Midnight.AddHours(2).AddSeconds(71),
            Ledgers.Midnight.AddHours(2).AddSeconds(71),
            new ReportPlan(Ledgers.Spot.ToString(), 1_000_000, 1_000_000, 2, 2, Measured<TimeSpan>.NotMeasured("no earlier run tells the speed"),
                Measured<TimeSpan>.Of(TimeSpan.FromSeconds(71)),
                Measured<Money>.NotMeasured("no earlier run tells the speed"), cost.Total, Ledgers.Midnight.AddHours(5), Money.Usd(0.5m),
                    Measured<double>.Of(14_084), []),
            new RowCounts(1_000_000, 999_880, 0, 120), ["runs/churn/dead-letters/shard-0003.parquet"], Measured<long>.Of(999_880),
            [.. Enumerable.Range(0, shards)
                .Select(i => new ReportShard(i, 125_000, new RowCounts(125_000, 125_000, 0, 0), $"worker-{(i % 2) + 1}", i == 3 ? 2 : 1, "done"))],
            [new ReportWorker("worker-1", Ledgers.Spot.ToString(), "scoring", TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(56), TimeSpan.FromSeconds(2.4),
                999_880, cost.Kinds.Batch)],
            ["2026-11-23 02:00:31Z: shard 3 taken over by worker-1 (worker-2's lease ran out)"], cost, baseline, drift, DriftRule.Default,
                ReportHistograms.Of(drift, before, now, []),
            [.. Enumerable.Range(0, decisions)
                .Select(i => new Decision(run, Ledgers.Midnight.AddSeconds(i), DecisionSubject.Capacity, $"2 worker(s) on {Ledgers.Spot}",
                "cheapest option that meets the deadline"))],
            [new ReportFact("Model digest (SHA-256)", Digest.Of("model").Hex), new ReportFact("Price", "test sheet")]);
    }

    /// <summary>More of everything than a page shows, every text long and made of one character.</summary>
    internal static RunReport Huge(char filler)
    {
        var text = new string(filler, 2_000);
        var report = Sample(2_000, 5_000, 5_000, text);
        return report with
        {
            Note = text,
            Workers = [.. Enumerable.Repeat(report.Workers[0] with { Name = text, Offering = text }, 5_000)],
            Interruptions = [.. Enumerable.Repeat(text, 5_000)],
            DeadLetters = [.. Enumerable.Repeat(text, 5_000)],
            Shards = [.. report.Shards.Select(s => s with { Worker = text })],
            Decisions = [.. report.Decisions.Select(d => d with { Choice = text, Reason = text })],
            Provenance = [.. Enumerable.Repeat(new ReportFact(text, text), 5_000)],
        };
    }

    private static ColumnProfile Profile(string column, int seed, int shift)
    {
        var edges = new BinEdges(column, [.. Enumerable.Range(0, 40).Select(i => i * 2.5f)], []);
        var counts = new long[edges.BinCount];
        for (var bin = 0; bin < counts.Length; bin++)
            counts[bin] = (long)(40_000 * Math.Exp(-Math.Pow(bin - 18 - (seed % 5) - (shift / 10.0), 2) / 90)) + 10;
        return new ColumnProfile(edges, seed % 4 == 3, counts, 900 + shift, 0, 100, 0, 0);
    }
}
