using BatchEngine.Domain;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Tests;

public abstract class LeaseStoreContract : StateContract
{
    private static readonly TimeSpan Ttl = TimeSpan.FromSeconds(30);

    private LeaseStore CreateSut() => new(Database);

    private async Task<LeaseOutcome.Granted> GrantedAsync(RunId run, string worker = "w1") =>
        Assert.IsType<LeaseOutcome.Granted>(await CreateSut().TryAcquireAsync(run, worker, Ttl, Ct));

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
        Assert.Equal(new LeaseOutcome.NoneFree(Start + Ttl), await CreateSut().TryAcquireAsync(run, "w3", Ttl, Ct));
    }

    [Fact]
    public async Task Acquire_RunNotScoring_SaysWhereItIs()
    {
        var plan = Samples.Plan();
        await new RunStore(Database).CreateAsync(plan, Ct);
        Assert.Equal(new LeaseOutcome.RunNotOpen(RunState.Planned), await CreateSut().TryAcquireAsync(plan.Run, "w", Ttl, Ct));
        await Assert.ThrowsAsync<BadInputException>(() => CreateSut().TryAcquireAsync(Samples.Run("unknown"), "w", Ttl, Ct));
    }

    [Fact]
    public async Task Acquire_ExpiredLease_TakesOverFromTheCheckpointUnderAHigherFence()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 1));
        var lost = await GrantedAsync(run);
        var checkpoint = Samples.Done(40, units: 2);
        await CreateSut().CheckpointAsync(lost.Lease, checkpoint, Ct);
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
        await CreateSut().ReleaseAsync(first.Lease, Ct);
        var second = await GrantedAsync(run, "w2");
        Assert.Equal((2, false), (second.Lease.Fence.Value, second.TakenOver));
        await CreateSut().ReleaseAsync(first.Lease, Ct);
        Assert.True(await CreateSut().RenewAsync(second.Lease, Ttl, Ct));
    }

    [Fact]
    public async Task Acquire_ClockGoneBackwards_StillRaisesTheFence()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 1));
        var first = await GrantedAsync(run);
        await CreateSut().ReleaseAsync(first.Lease, Ct);
        Clock.AdjustTime(Start.AddDays(-1));
        Assert.Equal(2, (await GrantedAsync(run, "w2")).Lease.Fence.Value);
    }

    [Fact]
    public async Task Renew_HeldLease_OutlivesItsFirstExpiry()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 1));
        var held = await GrantedAsync(run);
        Clock.Advance(Ttl / 2);
        Assert.True(await CreateSut().RenewAsync(held.Lease, Ttl, Ct));
        Clock.Advance(Ttl * 0.75);
        Assert.Equal(new LeaseOutcome.NoneFree(Start + Ttl * 1.5), await CreateSut().TryAcquireAsync(run, "w2", Ttl, Ct));
    }

    [Fact]
    public async Task Renew_TakenOverReleasedOrCancelled_IsFalse()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 1));
        var lost = await GrantedAsync(run);
        Clock.Advance(Ttl);
        var taken = await GrantedAsync(run, "w2");
        Assert.False(await CreateSut().RenewAsync(lost.Lease, Ttl, Ct));
        Assert.True(await CreateSut().RenewAsync(taken.Lease, Ttl, Ct));
        await new RunStore(Database).MoveAsync(run, RunState.Scoring, RunState.Cancelled, "", Ct);
        Assert.False(await CreateSut().RenewAsync(taken.Lease, Ttl, Ct));
    }

    [Fact]
    public async Task Write_UnderAnOlderFence_IsRefusedAndChangesNothing()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 1));
        var zombie = await GrantedAsync(run);
        Clock.Advance(Ttl);
        var owner = await GrantedAsync(run, "w2");
        var lost = await Assert.ThrowsAsync<FenceLostException>(() => CreateSut().CheckpointAsync(zombie.Lease, Samples.Done(50), Ct));
        Assert.Equal((run, 0, zombie.Lease.Fence), (lost.Run, lost.ShardIndex, lost.Held));
        await Assert.ThrowsAsync<FenceLostException>(() => CreateSut().CommitAsync(zombie.Lease, Samples.Receipt(zombie.Lease, 100), Ct));
        Assert.Empty(await CreateSut().ReceiptsAsync(run, Ct));
        Assert.Equal(0, (await CreateSut().ProgressAsync(run, Ct)).Single().Counts.Read);
        await CreateSut().CommitAsync(owner.Lease, Samples.Receipt(owner.Lease, 100), Ct);
        await Assert.ThrowsAsync<FenceLostException>(() => CreateSut().CommitAsync(zombie.Lease, Samples.Receipt(zombie.Lease, 100), Ct));
        Assert.Equal(owner.Lease.Fence, Assert.Single(await CreateSut().ReceiptsAsync(run, Ct)).Fence);
    }

    [Fact]
    public async Task Write_AfterRelease_IsRefused()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 1));
        var held = await GrantedAsync(run);
        await CreateSut().ReleaseAsync(held.Lease, Ct);
        await Assert.ThrowsAsync<FenceLostException>(() => CreateSut().CommitAsync(held.Lease, Samples.Receipt(held.Lease, 100), Ct));
    }

    [Fact]
    public async Task Write_ExpiredButNotTakenOver_Counts()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 1));
        var held = await GrantedAsync(run);
        Clock.Advance(Ttl * 2);
        await CreateSut().CommitAsync(held.Lease, Samples.Receipt(held.Lease, 100), Ct);
        Assert.Single(await CreateSut().ReceiptsAsync(run, Ct));
    }

    [Fact]
    public async Task Commit_IdenticalReceiptAgain_IsNoOpAndADifferentOneIsRefused()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 1));
        var held = await GrantedAsync(run);
        var receipt = Samples.Receipt(held.Lease, 100);
        await CreateSut().CommitAsync(held.Lease, receipt, Ct);
        await CreateSut().CommitAsync(held.Lease, receipt, Ct);
        await Assert.ThrowsAsync<InvariantBrokenException>(() => CreateSut().CommitAsync(held.Lease, Samples.Receipt(held.Lease, 100, "other"), Ct));
        Assert.Equal(StoredJson.Write(receipt), StoredJson.Write(Assert.Single(await CreateSut().ReceiptsAsync(run, Ct))));
        await Assert.ThrowsAsync<FenceLostException>(() => CreateSut().CheckpointAsync(held.Lease, Samples.Done(50), Ct));
    }

    [Theory]
    [InlineData(99, 99, 0)]
    [InlineData(101, 101, 0)]
    [InlineData(100, 99, 0)]
    [InlineData(100, 101, -1)]
    public async Task Commit_CountsThatDoNotAddUpToTheShard_IsRefused(long read, long scored, long rejected)
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 1, rowsPerShard: 100));
        var held = await GrantedAsync(run);
        var receipt = Samples.Receipt(held.Lease, 100);
        receipt = receipt with { Final = receipt.Final with { Counts = new RowCounts(read, scored, 0, rejected) } };
        await Assert.ThrowsAsync<InvariantBrokenException>(() => CreateSut().CommitAsync(held.Lease, receipt, Ct));
        Assert.Empty(await CreateSut().ReceiptsAsync(run, Ct));
    }

    [Fact]
    public async Task Checkpoint_BehindTheStoredOne_IsRefused()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 1));
        var held = await GrantedAsync(run);
        await CreateSut().CheckpointAsync(held.Lease, Samples.Done(50, units: 3), Ct);
        await Assert.ThrowsAsync<InvariantBrokenException>(() => CreateSut().CheckpointAsync(held.Lease, Samples.Done(40, units: 2), Ct));
    }

    [Fact]
    public async Task Progress_EveryState_IsTold()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 4));
        var done = await GrantedAsync(run, "w1");
        await CreateSut().CommitAsync(done.Lease, Samples.Receipt(done.Lease, 100), Ct);
        await GrantedAsync(run, "w2");
        Clock.Advance(Ttl);
        var half = await GrantedAsync(run, "w3");
        Assert.Equal(1, half.Lease.ShardIndex);
        var leased = await GrantedAsync(run, "w4");
        await CreateSut().CheckpointAsync(leased.Lease, Samples.Done(40), Ct);
        Clock.Advance(Ttl / 2);
        await CreateSut().RenewAsync(leased.Lease, Ttl, Ct);
        Clock.Advance(Ttl / 2);
        var progress = await CreateSut().ProgressAsync(run, Ct);
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
        Assert.IsType<LeaseOutcome.AllDone>(await CreateSut().TryAcquireAsync(run, "w", Ttl, Ct));
    }

    [Fact]
    public async Task Receipt_OfOneShard_IsThatShardsAndCounted()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        Assert.Equal(0, await CreateSut().ReceiptCountAsync(run, Ct));
        Assert.Null(await CreateSut().ReceiptAsync(run, 1, Ct));
        await Samples.FinishShardsAsync(Database, run);
        Assert.Equal(3, await CreateSut().ReceiptCountAsync(run, Ct));
        Assert.Equal(StoredJson.Write((await CreateSut().ReceiptsAsync(run, Ct))[1]), StoredJson.Write(await CreateSut().ReceiptAsync(run, 1, Ct)));
        Assert.Null(await CreateSut().ReceiptAsync(run, 3, Ct));
    }

    [Fact]
    public async Task Receipts_Stored_CannotBeChanged()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        await Samples.FinishShardsAsync(Database, run);
        await Assert.ThrowsAsync<StorageFailedException>(() => Database.WriteAsync(tx => tx.ExecuteAsync("UPDATE receipts SET fence = 9"), Ct));
        await Assert.ThrowsAsync<StorageFailedException>(() => Database.WriteAsync(tx => tx.ExecuteAsync("DELETE FROM receipts"), Ct));
        Assert.Equal(3, (await CreateSut().ReceiptsAsync(run, Ct)).Count);
    }

    [Fact]
    public async Task Lead_OneHolderAtATime_UnderStrictlyRisingFences()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        var leases = CreateSut();
        Assert.Equal(new FenceToken(1), await leases.TryLeadAsync(run, "a", Ttl, Ct));
        Assert.Null(await leases.TryLeadAsync(run, "b", Ttl, Ct));
        Clock.Advance(Ttl / 2);
        Assert.True(await leases.KeepLeadAsync(run, new FenceToken(1), Ttl, Ct));
        Clock.Advance(Ttl * 0.75);
        Assert.Null(await leases.TryLeadAsync(run, "b", Ttl, Ct));
        Clock.Advance(Ttl);
        Assert.Equal(new FenceToken(2), await leases.TryLeadAsync(run, "b", Ttl, Ct));
        Assert.False(await leases.KeepLeadAsync(run, new FenceToken(1), Ttl, Ct));
        await leases.StopLeadingAsync(run, new FenceToken(1), Ct);
        Assert.True(await leases.KeepLeadAsync(run, new FenceToken(2), Ttl, Ct));
        await leases.StopLeadingAsync(run, new FenceToken(2), Ct);
        Assert.Equal(new FenceToken(3), await leases.TryLeadAsync(run, "c", Ttl, Ct));
    }
}
