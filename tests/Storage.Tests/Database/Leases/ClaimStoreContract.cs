using BatchEngine.Domain;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Values;
using BatchEngine.TestKit.Databases;

namespace BatchEngine.Storage.Tests.Database.Leases;

public abstract class ClaimStoreContract : LeaseContract
{
    [Fact]
    public async Task Acquire_FreeShards_GrantsEachOnceInOrderFromTheStart()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 2));
        var first = await GrantedAsync(run);
        var second = await GrantedAsync(run, "w2");
        Assert.Equal(new Lease(run, 0, new FenceToken(1), "w1", Start + Ttl), first.Lease);
        Assert.Equal(1, second.Lease.ShardIndex);
        Assert.False(first.TakenOver);
        Assert.Equal(0, first.From.NextUnitIndex);
        Assert.Equal(new RowGroupRange(0, 1, 2), second.Shard.Ranges.Single());
        Assert.Equal(new LeaseOutcome.NoneFree(Ttl), await Claims.TryAcquireAsync(run, "w3", Ttl, Ct));
    }

    [Fact]
    public async Task Acquire_RunNotScoring_SaysWhereItIs()
    {
        var plan = Samples.Plan();
        await new RunStore(Database).CreateAsync(plan, Ct);
        Assert.Equal(new LeaseOutcome.RunNotOpen(RunState.Planned), await Claims.TryAcquireAsync(plan.Run, "w", Ttl, Ct));
        await Assert.ThrowsAsync<BadInputException>(() => Claims.TryAcquireAsync(Samples.Run("unknown"), "w", Ttl, Ct));
    }

    [Fact]
    public async Task Acquire_ExpiredLease_TakesOverFromTheCheckpointUnderAHigherFence()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 1));
        var lost = await GrantedAsync(run);
        var checkpoint = Samples.Done(40, units: 2);
        await Receipts.CheckpointAsync(lost.Lease, checkpoint, Ct);
        Clock.Advance(Ttl);
        var taken = await GrantedAsync(run, "w2");
        Assert.True(taken.TakenOver);
        Assert.True(taken.Lease.Fence.Value > lost.Lease.Fence.Value);
        Assert.Equal(StoredJson.Write(checkpoint), StoredJson.Write(taken.From));
    }

    [Fact]
    public async Task Acquire_ReleasedLease_IsFreeAtOnceUnderAHigherFence()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 1));
        var first = await GrantedAsync(run);
        await Claims.ReleaseAsync(first.Lease, HandBack.AskedToLeave, Ct);
        var second = await GrantedAsync(run, "w2");
        Assert.Equal((2, false), (second.Lease.Fence.Value, second.TakenOver));
        await Claims.ReleaseAsync(first.Lease, HandBack.AskedToLeave, Ct);
        Assert.True(await Claims.RenewAsync(second.Lease, Ttl, Ct));
    }

    [Fact]
    public async Task Acquire_ClockGoneBackwards_StillRaisesTheFence()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 1));
        var first = await GrantedAsync(run);
        await Claims.ReleaseAsync(first.Lease, HandBack.AskedToLeave, Ct);
        Clock.AdjustTime(Start.AddDays(-1));
        Assert.Equal(2, (await GrantedAsync(run, "w2")).Lease.Fence.Value);
    }

    [Fact]
    public async Task Renew_HeldLease_OutlivesItsFirstExpiry()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 1));
        var held = await GrantedAsync(run);
        Clock.Advance(Ttl / 2);
        Assert.True(await Claims.RenewAsync(held.Lease, Ttl, Ct));
        Clock.Advance(Ttl * 0.75);
        Assert.Equal(new LeaseOutcome.NoneFree(Start + Ttl * 1.5 - Clock.GetUtcNow()), await Claims.TryAcquireAsync(run, "w2", Ttl, Ct));
    }

    [Fact]
    public async Task Renew_TakenOverReleasedOrCancelled_IsFalse()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 1));
        var lost = await GrantedAsync(run);
        Clock.Advance(Ttl);
        var taken = await GrantedAsync(run, "w2");
        Assert.False(await Claims.RenewAsync(lost.Lease, Ttl, Ct));
        Assert.True(await Claims.RenewAsync(taken.Lease, Ttl, Ct));
        await OpenedRuns.MoveAsync(Database, run, RunState.Scoring, RunState.Cancelled, Ct);
        Assert.False(await Claims.RenewAsync(taken.Lease, Ttl, Ct));
    }

    [Fact]
    public async Task Progress_EveryState_IsTold()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 4));
        var done = await GrantedAsync(run, "w1");
        await Receipts.CommitAsync(done.Lease, Samples.Receipt(done.Lease, 100), Ct);
        await GrantedAsync(run, "w2");
        Clock.Advance(Ttl);
        var half = await GrantedAsync(run, "w3");
        Assert.Equal(1, half.Lease.ShardIndex);
        var leased = await GrantedAsync(run, "w4");
        await Receipts.CheckpointAsync(leased.Lease, Samples.Done(40), Ct);
        Clock.Advance(Ttl / 2);
        await Claims.RenewAsync(leased.Lease, Ttl, Ct);
        Clock.Advance(Ttl / 2);
        var progress = await Claims.ProgressAsync(run, Ct);
        Assert.Equal([ShardState.Done, ShardState.Expired, ShardState.Leased, ShardState.Free], progress.Select(p => p.State));
        Assert.Equal([1L, 2, 1, 0], progress.Select(p => p.Fence.Value));
        Assert.Equal(["w1", "w3", "w4", null], progress.Select(p => p.Worker));
        Assert.Equal([100L, 0, 40, 0], progress.Select(p => p.Counts.Read));
    }

    [Fact]
    public async Task Acquire_EveryShardDone_SaysSo()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        await Samples.FinishShardsAsync(Database, run);
        Assert.IsType<LeaseOutcome.AllDone>(await Claims.TryAcquireAsync(run, "w", Ttl, Ct));
    }

    [Fact]
    public async Task Expire_HeldLease_IsFreeAtOnceAndTakenOverFromItsCheckpoint()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 1));
        var dead = await GrantedAsync(run);
        await Receipts.CheckpointAsync(dead.Lease, Samples.Done(40, units: 2), Ct);

        Assert.True(await Claims.ExpireAsync(run, 0, dead.Lease.Fence, Ct));

        Assert.Equal(ShardState.Expired, (await Claims.ProgressAsync(run, Ct)).Single().State);
        var taken = await GrantedAsync(run, "w2");
        Assert.Equal((true, 2L, 40L), (taken.TakenOver, taken.Lease.Fence.Value, taken.From.Counts.Read));
    }

    [Fact]
    public async Task Expire_TakenOverReleasedOrRunOut_ChangesNothing()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 1));
        var first = await GrantedAsync(run);
        Clock.Advance(Ttl);
        Assert.False(await Claims.ExpireAsync(run, 0, first.Lease.Fence, Ct));
        var second = await GrantedAsync(run, "w2");
        Assert.False(await Claims.ExpireAsync(run, 0, first.Lease.Fence, Ct));
        Assert.Equal(new LeaseOutcome.NoneFree(Ttl), await Claims.TryAcquireAsync(run, "w3", Ttl, Ct));
        await Claims.ReleaseAsync(second.Lease, HandBack.AskedToLeave, Ct);
        Assert.False(await Claims.ExpireAsync(run, 0, second.Lease.Fence, Ct));
    }
}
