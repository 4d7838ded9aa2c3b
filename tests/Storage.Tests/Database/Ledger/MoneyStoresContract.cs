using BatchEngine.Domain;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.TestKit.Amounts;

namespace BatchEngine.Storage.Tests.Database.Ledger;

/// <summary>Usage, ledger and prices: what finance reads.</summary>
public abstract class MoneyStoresContract : StateContract
{
    private static readonly Offering Spot = new("ec2", "c7a.xlarge", "eu-west-1a", PurchaseOption.Spot);

    private static UsageRecord Usage(string id, int fromMinute, int minutes, RunId? run = null) =>
        new(id, run, "", "worker-1", UsageKind.BatchWorker, Spot, Start.AddMinutes(fromMinute), Start.AddMinutes(fromMinute + minutes), 0.1 + 0.2, 0.05,
            1_000_000);

    private static SpendEntry Entry(string id, Measured<Money> cost, RunId? run = null, string job = "churn", int minute = 0) => new(
        id, "u1", run, job, "churn:3", CostKind.Batch, Spot, TimeSpan.FromTicks(123_456_789), cost, Measured<Money>.NotMeasured("no on-demand price"),
            "prices.yaml:12",
        Start.AddMinutes(minute), Start.AddMinutes(minute + 10), 1_000, Start.AddHours(3), null);

    [Fact]
    public async Task Usage_WrittenTwice_IsOneRecordReadBackEqual()
    {
        var usage = new UsageStore(Database);
        var record = Usage("u1", 0, 10, Samples.Run());
        await usage.AppendAsync(record, Ct);
        await usage.AppendAsync(record with { Predictions = 5 }, Ct);
        Assert.Equal([record], await usage.PageAsync(null, 100, Ct));
        Assert.Equal([record], await usage.ListAsync(Samples.Run(), Ct));
        Assert.Empty(await usage.ListAsync(Samples.Run(day: 1), Ct));
    }

    [Fact]
    public async Task Usage_OfARun_IsPricedByWhatItsCoordinatorSettled()
    {
        var runs = new RunStore(Database);
        await runs.CreateAsync(Samples.Plan(), Ct, new RunTerms(RunTerms.CurrentFormat, "/coordinator", null));
        await runs.CreateAsync(Samples.Plan(Samples.Run(day: 1)), Ct);
        var (usage, slices) = (new UsageStore(Database, "/own"), new OpenSliceStore(Database, "/own"));
        await usage.AppendAsync([Usage("settled", 0, 1, Samples.Run()), Usage("unsettled", 0, 1, Samples.Run(day: 1)), Usage("none", 0, 1),
            Usage("said", 0, 1, Samples.Run()) with { PricedBy = "/said" }], Ct);
        var slice = new OpenSlice("slice", Samples.Run(), "", "worker-1", UsageKind.BatchWorker, Spot, Start, Start, TimeSpan.FromSeconds(1), TimeSpan.Zero,
            TimeSpan.Zero, 0, "");
        await slices.BeatAsync(slice, Ct);

        Assert.Equal([("none", "/own"), ("said", "/said"), ("settled", "/coordinator"), ("unsettled", "/own")],
            (await usage.PageAsync(null, 100, Ct)).Select(u => (u.Id, u.PricedBy)));
        Assert.Equal("/coordinator", Assert.Single(await slices.ListAsync(null, Ct)).PricedBy);
    }

    [Fact]
    public async Task Usage_ByInterval_GivesWhatOverlapsTheHalfOpenRange()
    {
        var usage = new UsageStore(Database);
        foreach (var record in new[] { Usage("before", 0, 10), Usage("across", 5, 10), Usage("inside", 12, 1), Usage("empty", 10, 0), Usage("after", 20, 5) })
            await usage.AppendAsync(record, Ct);
        Assert.Equal(["across", "empty", "inside"], (await usage.ListAsync(Start.AddMinutes(10), Start.AddMinutes(20), Ct)).Select(u => u.Id));
    }

    [Fact]
    public async Task Ledger_Entries_ReadBackExactlyAndOnce()
    {
        var ledger = new LedgerStore(Database);
        var known = Entry("e1", Measured<Money>.Of(new Money(0.0000000123456789012345678m, "USD")), Samples.Run());
        var unknown = Entry("e2", Measured<Money>.NotMeasured("no price"), minute: 1);
        await ledger.AppendAsync([known, unknown], UsageSettlement.None, Ct);
        await ledger.AppendAsync([known with { Cost = Measured<Money>.Of(Money.Usd(99)) }, unknown], UsageSettlement.None, Ct);
        Assert.Equal([known, unknown], await ledger.ListAsync(new LedgerFilter(), Ct));
    }

    [Fact]
    public async Task Ledger_Filter_AllConditionsHold()
    {
        var ledger = new LedgerStore(Database);
        var cost = Measured<Money>.Of(Money.Usd(1));
        await ledger.AppendAsync(
            [Entry("a", cost, Samples.Run()), Entry("b", cost, Samples.Run(), minute: 5), Entry("c", cost, job: "other", minute: 8) with { Model = "other:1" },
            Entry("d", cost, Samples.Run(), minute: 9)], UsageSettlement.None, Ct);
        Assert.Equal(["b"], (await ledger.ListAsync(new LedgerFilter(Samples.Run(), "churn:3", Start.AddMinutes(5), Start.AddMinutes(9)), Ct))
            .Select(e => e.Id));
        Assert.Empty(await ledger.ListAsync(new LedgerFilter(Model: "x:1"), Ct));
    }

    [Theory]
    [InlineData("UPDATE ledger SET cost_amount = '0'")]
    [InlineData("DELETE FROM ledger")]
    [InlineData("UPDATE usage_records SET predictions = 0")]
    [InlineData("DELETE FROM usage_records")]
    public async Task Ledger_ChangedBehindTheBack_IsRefusedByTheEngine(string sql)
    {
        var entry = Entry("e1", Measured<Money>.Of(Money.Usd(1)));
        await new LedgerStore(Database).AppendAsync([entry], UsageSettlement.None, Ct);
        await new UsageStore(Database).AppendAsync(Usage("u1", 0, 1), Ct);
        await Assert.ThrowsAsync<StorageFailedException>(() => Database.WriteAsync(tx => tx.ExecuteAsync(sql), Ct));
        Assert.Equal([entry], await new LedgerStore(Database).ListAsync(new LedgerFilter(), Ct));
    }

    [Fact]
    public async Task Ledger_OneEntryOfABatchRefused_WritesNone()
    {
        var bad = Usage("bad", 10, -5);
        await Assert.ThrowsAsync<StorageFailedException>(() => new UsageStore(Database).AppendAsync(bad, Ct));
        await Assert.ThrowsAsync<StorageFailedException>(() => new LedgerStore(Database)
            .AppendAsync([Entry("e1", Measured<Money>.Of(Money.Usd(1))), Entry("e2", Measured<Money>.Of(Money.Usd(1))) with { Job = null! }],
                UsageSettlement.None, Ct));
        Assert.Empty(await new LedgerStore(Database).ListAsync(new LedgerFilter(), Ct));
    }

    [Fact]
    public async Task Usage_WithoutAPrice_IsUnsettledAgainOnlyWhenASheetHasChanged()
    {
        var (usage, ledger, prices) = (new UsageStore(Database), new LedgerStore(Database), new PriceReadings(Database));
        await usage.AppendAsync([Usage("priced", 0, 1), Usage("unpriced", 1, 1), Usage("untried", 2, 1)], Ct);
        await usage.AppendAsync(Usage("priced", 0, 1), Ct);
        await prices.RecordAsync("/prices", [("a.yaml", [])], Ct);
        Assert.Equal(["priced", "unpriced", "untried"], (await usage.UnsettledAsync(9, Ct)).Select(u => u.Id));

        await ledger.AppendAsync([], new UsageSettlement(["priced"], ["unpriced"], await prices.NewestAsync(Ct)), Ct);
        Assert.Equal(["untried"], (await usage.UnsettledAsync(9, Ct)).Select(u => u.Id));
        await usage.AppendAsync(Usage("priced", 0, 1), Ct);
        await prices.RecordAsync("/prices", [], Ct);
        Assert.Equal(["unpriced", "untried"], (await usage.UnsettledAsync(9, Ct)).Select(u => u.Id));
        Assert.Equal(["untried"], (await usage.UnsettledAsync(1, Ct)).Select(u => u.Id));
        await ledger.AppendAsync([], new UsageSettlement(["unpriced", "untried"], [], 0), Ct);
        Assert.False(await usage.AnyUnsettledAsync(Ct));
    }

    [Fact]
    public async Task Usage_InPages_IsGivenOnceAndInOrder()
    {
        var usage = new UsageStore(Database);
        await usage.AppendAsync([.. Enumerable.Range(0, 7).Select(i => Usage($"u{i}", i / 3, 1))], Ct);
        var (all, last) = (new List<string>(), (UsageRecord?)null);
        for (var pages = 0; pages < 4; pages++)
        {
            var page = await usage.PageAsync(last, 2, Ct);
            all.AddRange(page.Select(u => u.Id));
            last = page[^1];
        }
        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"u{i}"), all);
        Assert.Empty(await usage.PageAsync(last, 2, Ct));
    }

    [Fact]
    public async Task Usage_BilledForLessThanItsInterval_ReadsBackWithItsFolder()
    {
        var part = Usage("part", 0, 10) with { Billed = TimeSpan.FromTicks(1_234_567), PricedBy = "/prices" };
        await new UsageStore(Database, "/other").AppendAsync([part, Usage("whole", 20, 5)], Ct);
        Assert.Equal([part, Usage("whole", 20, 5) with { PricedBy = "/other" }], await new UsageStore(Database).PageAsync(null, 100, Ct));
    }

    [Fact]
    public async Task Prices_SheetsChangeAndGo_EachChangeIsOneReadingOfItsFolder()
    {
        var first = new PriceQuote(Spot, Money.Usd(0.1234567890123456m), "prices.yaml:3", Start, null);
        var local = new PriceQuote(Offering.Local, Money.Usd(0.05m), "local.yaml:9", Start.AddDays(-1), Start.AddDays(30));
        var changed = first with { PerHour = Money.Usd(0.2m) };
        var prices = new PriceReadings(Database);
        await prices.RecordAsync("/a", [("prices.yaml", [first]), ("local.yaml", [local])], Ct);
        await prices.RecordAsync("/a", [("prices.yaml", [first]), ("local.yaml", [local])], Ct);
        await prices.RecordAsync("/b", [("prices.yaml", [changed])], Ct);
        await prices.RecordAsync("/a", [("prices.yaml", [changed])], Ct);
        await prices.RecordAsync("/a", [("prices.yaml", [first])], Ct);
        Assert.Equal([("prices.yaml", first), ("local.yaml", local), ("prices.yaml", changed), ("local.yaml", null), ("prices.yaml", first)],
            (await prices.ListAsync("/a", Ct)).Select(r => (r.Sheet, r.Quotes.SingleOrDefault())));
        Assert.Equal([changed], (await prices.ListAsync("/b", Ct)).SelectMany(r => r.Quotes));
    }

    private static OpenSlice Slice(int seen, TimeSpan busy) => new("w/0", Samples.Run(), "", "worker-1", UsageKind.BatchWorker, Spot, Start,
        Start.AddSeconds(seen),
        TimeSpan.FromSeconds(10), busy, TimeSpan.Zero, 0, "/prices");

    [Fact]
    public async Task Slice_OfADeadProcess_BecomesUsageUntilItsLastBeatAndOneBeatOfUnallocatedTime()
    {
        var slices = new OpenSliceStore(Database);
        await slices.BeatAsync(Slice(10, TimeSpan.FromSeconds(10)), Ct);
        await slices.BeatAsync(Slice(20, TimeSpan.FromSeconds(15)), Ct);
        var found = Assert.Single(await slices.ListAsync(Samples.Run(), Ct));
        Assert.Equal(Slice(20, TimeSpan.FromSeconds(15)), found);
        Assert.False(found.IsDead(Start.AddSeconds(50)));
        Assert.True(found.IsDead(Start.AddSeconds(51)));
        Assert.True(await slices.SettleAsync(found, Start.AddSeconds(60), Ct));
        Assert.False(await slices.SettleAsync(found, Start.AddSeconds(60), Ct));
        var usage = await new UsageStore(Database).PageAsync(null, 100, Ct);
        Assert.Equal([("w/0", 20.0, 0.75), ("w/0/unallocated", 10.0, 0)], usage.Select(u => (u.Id, u.Duration.TotalSeconds, u.BusyShare)));
        Assert.Equal((UsageKind.Unallocated, null, Start.AddSeconds(30)), (usage[1].Kind, usage[1].Run, usage[1].ToExclusive));

        // It was not dead: what is billed already stays, and its own record goes on from there.
        await slices.BeatAsync(Slice(70, TimeSpan.FromSeconds(60)), Ct);
        Assert.Empty(await slices.ListAsync(null, Ct));
        var last = Slice(80, TimeSpan.FromSeconds(70));
        var rest = await slices.EndAsync(last, from => [last.Usage(from, Start.AddSeconds(80))], null, Ct);
        Assert.Equal((Start.AddSeconds(30), Start.AddSeconds(80)), (Assert.Single(rest).From, rest[0].ToExclusive));
        Assert.Equal(3, (await new UsageStore(Database).PageAsync(null, 100, Ct)).Count);
    }

    [Fact]
    public async Task Slice_EndedTwice_IsOneUsage()
    {
        var slices = new OpenSliceStore(Database);
        var slice = Slice(30, TimeSpan.FromSeconds(30));
        await slices.BeatAsync(slice, Ct);
        await slices.EndAsync(slice, from => from < slice.SeenAt ? [slice.Usage(from, slice.SeenAt)] : [], null, Ct);
        Assert.Empty(await slices.EndAsync(slice, from => from < slice.SeenAt ? [slice.Usage(from, slice.SeenAt)] : [], null, Ct));
        Assert.Single(await new UsageStore(Database).PageAsync(null, 100, Ct));
        Assert.Empty(await slices.ListAsync(null, Ct));
    }
}
