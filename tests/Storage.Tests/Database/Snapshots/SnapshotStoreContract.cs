using BatchEngine.Domain;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Tests.Database.Snapshots;

public abstract class SnapshotStoreContract : StateContract
{
    private SnapshotStore CreateSut() => new(Database);

    private async Task<SnapshotInfo> SealedAsync(RunId run)
    {
        await Samples.OpenRunAsync(Database, Samples.Plan(run));
        await Samples.FinishShardsAsync(Database, run);
        await CreateSut().RecordSegmentAsync(run, Samples.Segment(run, 0), Ct);
        await CreateSut().RecordSegmentAsync(run, Samples.Segment(run, 1), Ct);
        return await CreateSut().SaveAsync(Samples.Snapshot(run, await CreateSut().SegmentsAsync(run, Ct)), Ct);
    }

    [Fact]
    public async Task Save_Sealed_GetsAnIdAndReadsBackEqual()
    {
        var saved = await SealedAsync(Samples.Run());
        Assert.Equal(1, saved.Id);
        Assert.Equal(StoredJson.Write(Samples.Snapshot(Samples.Run(), [Samples.Segment(Samples.Run(), 0), Samples.Segment(Samples.Run(), 1)]) with { Id = 1 }),
            StoredJson.Write(saved));
        Assert.Equal(StoredJson.Write(saved), StoredJson.Write(await CreateSut().FindAsync(1, Ct)));
        Assert.Equal(1, (await CreateSut().SaveAsync(saved with { Id = 0 }, Ct)).Id);
        Assert.Null(await CreateSut().FindAsync(2, Ct));
        Assert.Null(await CreateSut().CurrentAsync("churn", Ct));
    }

    [Fact]
    public async Task Save_SegmentMissing_IsRefused()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        await CreateSut().RecordSegmentAsync(run, Samples.Segment(run, 0), Ct);
        var both = new[] { Samples.Segment(run, 0), Samples.Segment(run, 1) };
        await Assert.ThrowsAsync<InvariantBrokenException>(() => CreateSut().SaveAsync(Samples.Snapshot(run, both), Ct));
    }

    [Fact]
    public async Task RecordSegment_SamePartitionAgain_KeepsTheFirstBlob()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        var first = Samples.Segment(run, 0);
        await CreateSut().RecordSegmentAsync(run, first, Ct);
        var again = first with { Artifact = first.Artifact with { BlobName = "segments/late" } };
        Assert.Equal(first, await CreateSut().RecordSegmentAsync(run, again, Ct));
        Assert.Equal([first], await CreateSut().SegmentsAsync(run, Ct));
        await Assert.ThrowsAsync<InvariantBrokenException>(() => CreateSut().RecordSegmentAsync(run, first with { Keys = 7 }, Ct));
    }

    [Fact]
    public async Task RecordSegments_OneThatDiffers_RecordsNone()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        await CreateSut().RecordSegmentAsync(run, Samples.Segment(run, 1), Ct);
        await Assert.ThrowsAsync<InvariantBrokenException>(() =>
            CreateSut().RecordSegmentsAsync(run, [Samples.Segment(run, 0), Samples.Segment(run, 1) with { Keys = 7 }], Ct));
        Assert.Equal([Samples.Segment(run, 1)], await CreateSut().SegmentsAsync(run, Ct));
        await CreateSut().RecordSegmentsAsync(run, [Samples.Segment(run, 0), Samples.Segment(run, 1)], Ct);
        Assert.Equal([Samples.Segment(run, 0), Samples.Segment(run, 1)], await CreateSut().SegmentsAsync(run, Ct));
    }

    [Fact]
    public async Task FindOfRun_BeforeAndAfterPublication_TellsWhenItWasPublished()
    {
        Assert.Null(await CreateSut().FindOfRunAsync(Samples.Run(), Ct));
        var snapshot = await SealedAsync(Samples.Run());
        Assert.Null((await CreateSut().FindOfRunAsync(Samples.Run(), Ct))!.PublishedAt);
        await CreateSut().PublishAsync(snapshot.Id, Ct);
        var found = await CreateSut().FindOfRunAsync(Samples.Run(), Ct);
        Assert.Equal((snapshot.Id, true, Start), (found!.Snapshot.Id, found.IsCurrent, found.PublishedAt!.Value));
    }

    [Fact]
    public async Task Publish_Complete_MovesCurrentAndTheStamp()
    {
        var snapshot = await SealedAsync(Samples.Run());
        var before = await CreateSut().ChangeStampAsync(Ct);
        Clock.Advance(TimeSpan.FromMinutes(1));
        await CreateSut().PublishAsync(snapshot.Id, Ct);
        var after = await CreateSut().ChangeStampAsync(Ct);
        Assert.NotEqual(before, after);
        Assert.Equal(snapshot.Id, (await CreateSut().CurrentAsync("churn", Ct))!.Id);
        var listed = Assert.Single(await CreateSut().ListAsync("churn", Ct));
        Assert.Equal((true, Start.AddMinutes(1)), (listed.IsCurrent, listed.PublishedAt!.Value));
        await CreateSut().PublishAsync(snapshot.Id, Ct);
        Assert.Equal(after, await CreateSut().ChangeStampAsync(Ct));
    }

    [Fact]
    public async Task Publish_ReceiptMissing_IsRefusedAndCurrentStays()
    {
        var yesterday = await SealedAsync(Samples.Run());
        await CreateSut().PublishAsync(yesterday.Id, Ct);
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(Samples.Run(day: 1)));
        await new ClaimStore(Database).TryAcquireAsync(run, "dead", TimeSpan.FromDays(1), Ct);
        await Samples.FinishShardsAsync(Database, run);
        await CreateSut().RecordSegmentAsync(run, Samples.Segment(run, 0), Ct);
        await CreateSut().RecordSegmentAsync(run, Samples.Segment(run, 1), Ct);
        var incomplete = await CreateSut().SaveAsync(Samples.Snapshot(run, await CreateSut().SegmentsAsync(run, Ct)), Ct);
        var stamp = await CreateSut().ChangeStampAsync(Ct);
        var refused = await Assert.ThrowsAsync<InvariantBrokenException>(() => CreateSut().PublishAsync(incomplete.Id, Ct));
        Assert.Contains("I2", refused.Message);
        Assert.Contains("2 receipts of 3 shards", refused.Message);
        Assert.Equal(yesterday.Id, (await CreateSut().CurrentAsync("churn", Ct))!.Id);
        Assert.Equal(stamp, await CreateSut().ChangeStampAsync(Ct));
    }

    [Fact]
    public async Task Publish_SegmentGone_IsRefused()
    {
        var snapshot = await SealedAsync(Samples.Run());
        await Database.WriteAsync(tx => tx.ExecuteAsync("DELETE FROM segments WHERE partition_index = 0"), Ct);
        Assert.Contains("I3", (await Assert.ThrowsAsync<InvariantBrokenException>(() => CreateSut().PublishAsync(snapshot.Id, Ct))).Message);
        Assert.Null(await CreateSut().CurrentAsync("churn", Ct));
    }

    [Fact]
    public async Task Publish_MoreKeysThanPredictions_IsRefused()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        await Samples.FinishShardsAsync(Database, run);
        await CreateSut().RecordSegmentAsync(run, Samples.Segment(run, 0, 200), Ct);
        await CreateSut().RecordSegmentAsync(run, Samples.Segment(run, 1, 95), Ct);
        var snapshot = await CreateSut().SaveAsync(Samples.Snapshot(run, await CreateSut().SegmentsAsync(run, Ct)), Ct);
        await Assert.ThrowsAsync<InvariantBrokenException>(() => CreateSut().PublishAsync(snapshot.Id, Ct));
    }

    [Fact]
    public Task Publish_UnknownId_NamesIt() => Assert.ThrowsAsync<BadInputException>(() => CreateSut().PublishAsync(42, Ct));

    [Fact]
    public async Task Rollback_AfterSeveralPublications_GoesBackOneByOne()
    {
        for (var day = 0; day < 3; day++)
            await CreateSut().PublishAsync((await SealedAsync(Samples.Run(day: day))).Id, Ct);
        var stamp = await CreateSut().ChangeStampAsync(Ct);
        Assert.Equal(2, (await CreateSut().RollbackAsync("churn", Ct))!.Id);
        Assert.Equal(1, (await CreateSut().RollbackAsync("churn", Ct))!.Id);
        Assert.NotEqual(stamp, await CreateSut().ChangeStampAsync(Ct));
        Assert.Null(await CreateSut().RollbackAsync("churn", Ct));
        Assert.Equal(1, (await CreateSut().CurrentAsync("churn", Ct))!.Id);

        await CreateSut().PublishAsync(3, Ct);
        Assert.Equal(1, (await CreateSut().RollbackAsync("churn", Ct))!.Id);
        Assert.Null(await CreateSut().RollbackAsync("nobody", Ct));
        Assert.Equal([false, false, true], (await CreateSut().ListAsync(null, Ct)).Select(l => l.IsCurrent));
    }

    [Fact]
    public async Task SaveContract_OnlyAChange_MovesTheStamp()
    {
        var job = Samples.Job();
        await CreateSut().SaveContractAsync(job.Serving, job, Ct);
        var stamp = await CreateSut().ChangeStampAsync(Ct);
        await CreateSut().SaveContractAsync(job.Serving, job, Ct);
        Assert.Equal(stamp, await CreateSut().ChangeStampAsync(Ct));
        await CreateSut().SaveContractAsync(job.Serving with { MaxAge = null }, job, Ct);
        Assert.NotEqual(stamp, await CreateSut().ChangeStampAsync(Ct));
        var (contract, found) = Assert.Single(await CreateSut().ContractsAsync(Ct));
        Assert.Null(contract.MaxAge);
        Assert.Equal(StoredJson.Write(job), StoredJson.Write(found));
    }
}
