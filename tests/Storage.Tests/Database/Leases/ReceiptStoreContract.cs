using BatchEngine.Domain;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Tests.Database.Leases;

public abstract class ReceiptStoreContract : LeaseContract
{
    [Fact]
    public async Task Write_UnderAnOlderFence_IsRefusedAndChangesNothing()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 1));
        var zombie = await GrantedAsync(run);
        Clock.Advance(Ttl);
        var owner = await GrantedAsync(run, "w2");
        var lost = await Assert.ThrowsAsync<FenceLostException>(() => Receipts.CheckpointAsync(zombie.Lease, Samples.Done(50), Ct));
        Assert.Equal((run, 0, zombie.Lease.Fence), (lost.Run, lost.Index, lost.Held));
        await Assert.ThrowsAsync<FenceLostException>(() => Receipts.CommitAsync(zombie.Lease, Samples.Receipt(zombie.Lease, 100), Ct));
        Assert.Empty(await Receipts.ListAsync(run, Ct));
        Assert.Equal(0, (await Claims.ProgressAsync(run, Ct)).Single().Counts.Read);
        await Receipts.CommitAsync(owner.Lease, Samples.Receipt(owner.Lease, 100), Ct);
        await Assert.ThrowsAsync<FenceLostException>(() => Receipts.CommitAsync(zombie.Lease, Samples.Receipt(zombie.Lease, 100), Ct));
        Assert.Equal(owner.Lease.Fence, Assert.Single(await Receipts.ListAsync(run, Ct)).Fence);
    }

    [Fact]
    public async Task Write_AfterRelease_IsRefused()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 1));
        var held = await GrantedAsync(run);
        await Claims.ReleaseAsync(held.Lease, HandBack.AskedToLeave, Ct);
        await Assert.ThrowsAsync<FenceLostException>(() => Receipts.CommitAsync(held.Lease, Samples.Receipt(held.Lease, 100), Ct));
    }

    [Fact]
    public async Task Write_ExpiredButNotTakenOver_Counts()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 1));
        var held = await GrantedAsync(run);
        Clock.Advance(Ttl * 2);
        await Receipts.CommitAsync(held.Lease, Samples.Receipt(held.Lease, 100), Ct);
        Assert.Single(await Receipts.ListAsync(run, Ct));
    }

    [Fact]
    public async Task Commit_IdenticalReceiptAgain_IsNoOpAndADifferentOneIsRefused()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 1));
        var held = await GrantedAsync(run);
        var receipt = Samples.Receipt(held.Lease, 100);
        await Receipts.CommitAsync(held.Lease, receipt, Ct);
        await Receipts.CommitAsync(held.Lease, receipt, Ct);
        await Assert.ThrowsAsync<InvariantBrokenException>(() => Receipts.CommitAsync(held.Lease, Samples.Receipt(held.Lease, 100, "other"), Ct));
        Assert.Equal(StoredJson.Write(receipt), StoredJson.Write(Assert.Single(await Receipts.ListAsync(run, Ct))));
        await Assert.ThrowsAsync<FenceLostException>(() => Receipts.CheckpointAsync(held.Lease, Samples.Done(50), Ct));
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
        await Assert.ThrowsAsync<InvariantBrokenException>(() => Receipts.CommitAsync(held.Lease, receipt, Ct));
        Assert.Empty(await Receipts.ListAsync(run, Ct));
    }

    [Fact]
    public async Task Checkpoint_BehindTheStoredOne_IsRefused()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 1));
        var held = await GrantedAsync(run);
        await Receipts.CheckpointAsync(held.Lease, Samples.Done(50, units: 3), Ct);
        await Assert.ThrowsAsync<InvariantBrokenException>(() => Receipts.CheckpointAsync(held.Lease, Samples.Done(40, units: 2), Ct));
    }

    [Fact]
    public async Task Receipt_OfOneShard_IsThatShardsAndCounted()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        Assert.Equal(0, await Receipts.CountAsync(run, Ct));
        Assert.Null(await Receipts.FindAsync(run, 1, Ct));
        await Samples.FinishShardsAsync(Database, run);
        Assert.Equal(3, await Receipts.CountAsync(run, Ct));
        Assert.Equal(StoredJson.Write((await Receipts.ListAsync(run, Ct))[1]), StoredJson.Write(await Receipts.FindAsync(run, 1, Ct)));
        Assert.Null(await Receipts.FindAsync(run, 3, Ct));
    }

    [Fact]
    public async Task Receipts_Stored_CannotBeChanged()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        await Samples.FinishShardsAsync(Database, run);
        await Assert.ThrowsAsync<StorageFailedException>(() => Database.WriteAsync(tx => tx.ExecuteAsync("UPDATE receipts SET fence = 9"), Ct));
        await Assert.ThrowsAsync<StorageFailedException>(() => Database.WriteAsync(tx => tx.ExecuteAsync("DELETE FROM receipts"), Ct));
        Assert.Equal(3, (await Receipts.ListAsync(run, Ct)).Count);
    }
}
