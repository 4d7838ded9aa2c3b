using BatchEngine.Domain;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Ledger;

namespace BatchEngine.Storage.Tests.Database.Leases;

/// <summary>Who works, and who is gone.</summary>
public abstract class WorkerStoreContract : StateContract
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);
    private static readonly Offering Spot = new("ec2", "c7a.xlarge", "eu-west-1a", PurchaseOption.Spot);

    private WorkerStore Workers => new(Database);

    private static WorkerCard Card(string name) => new(name, "host-1", "boot pid 7 99", "0.1.0", 1, "a processor", 512, 4, 8L << 30, Spot);

    [Fact]
    public async Task Worker_FromArrivalToItsEnd_IsListedAsItSays()
    {
        await Workers.ArriveAsync([Card("w1")], WorkerState.Idle, null, Life, Ct);
        Assert.Equal(new WorkerSighting(Card("w1"), WorkerState.Idle, null, Start, Start, IsGone: false), Assert.Single(await Workers.ListAsync(Ct)));

        Clock.Advance(TimeSpan.FromSeconds(5));
        await Workers.TurnAsync(["w1"], WorkerState.Working, Samples.Run(), null, Ct);
        Assert.Equal((WorkerState.Working, Samples.Run(), Start.AddSeconds(5)), await StateAsync());

        await Workers.TurnAsync(["w1"], WorkerState.Ended, null, null, Ct);
        Clock.Advance(Life * 10);
        Assert.Equal((WorkerState.Ended, null, Start.AddSeconds(5)), await StateAsync());
        Assert.False((await Workers.ListAsync(Ct))[0].IsGone);
    }

    [Fact]
    public async Task Worker_SilentForLongerThanItMay_IsGone()
    {
        await Workers.ArriveAsync([Card("w1"), Card("w2")], WorkerState.Working, Samples.Run(), Life, Ct);
        Clock.Advance(Life);
        await Workers.BeatAsync("w2", Ct);
        Assert.DoesNotContain(await Workers.ListAsync(Ct), w => w.IsGone);

        Clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(["w1"], (await Workers.ListAsync(Ct)).Where(w => w.IsGone).Select(w => w.Card.Name));
    }

    [Fact]
    public async Task Worker_SignOfLifeOfItsUsage_IsItsOwn()
    {
        await Workers.ArriveAsync([Card("w1")], WorkerState.Working, Samples.Run(), Life, Ct);
        Clock.Advance(Life * 2);

        await new OpenSliceStore(Database).BeatAsync(new OpenSlice("slice", null, "", "w1", UsageKind.BatchWorker, Spot, Start, Start, Life, TimeSpan.Zero,
            TimeSpan.Zero, 0, ""), Ct);

        Assert.Equal(Start + (Life * 2), Assert.Single(await Workers.ListAsync(Ct)).SeenAt);
    }

    [Fact]
    public async Task Worker_SeenAWeekAgo_IsForgottenWhenTheNextComes()
    {
        await Workers.ArriveAsync([Card("old")], WorkerState.Idle, null, Life, Ct);
        Clock.Advance(TimeSpan.FromDays(8));

        await Workers.ArriveAsync([Card("new")], WorkerState.Idle, null, Life, Ct);

        Assert.Equal(["new"], (await Workers.ListAsync(Ct)).Select(w => w.Card.Name));
    }

    [Fact]
    public async Task Worker_OfTheNameOfAnother_TakesItsRow()
    {
        await Workers.ArriveAsync([Card("w1")], WorkerState.Working, Samples.Run(), Life, Ct);
        Clock.Advance(Life * 2);

        await Workers.ArriveAsync([Card("w1") with { Host = "host-2" }], WorkerState.Idle, null, Life, Ct);

        var worker = Assert.Single(await Workers.ListAsync(Ct));
        Assert.Equal(("host-2", WorkerState.Idle, Clock.GetUtcNow()), (worker.Card.Host, worker.State, worker.StartedAt));
    }

    private async Task<(WorkerState, RunId?, DateTimeOffset)> StateAsync() =>
        Assert.Single(await Workers.ListAsync(Ct)) is var worker ? (worker.State, worker.Run, worker.SeenAt) : default;
}
