using BatchEngine.Domain;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.Storage.Database.Values;
using BatchEngine.TestKit.Databases;

namespace BatchEngine.Storage.Tests.Database.Snapshots;

public abstract class SnapshotStoreContract : StateContract
{
    private static ByHand Me { get; } = new("ada", "a test");

    private SnapshotStore CreateSut() => new(Database);

    private Task<Lead> LeadAsync(RunId run) => OpenedRuns.LeadAsync(Database, run, Ct);

    private async Task<SnapshotInfo> SealedAsync(RunId run, RunState state = RunState.Held, RunPlan? plan = null)
    {
        await Samples.OpenRunAsync(Database, plan ?? Samples.Plan(run));
        await Samples.FinishShardsAsync(Database, run);
        await CreateSut().RecordSegmentsAsync(await LeadAsync(run), [Samples.Segment(run, 0)], Ct);
        await CreateSut().RecordSegmentsAsync(await LeadAsync(run), [Samples.Segment(run, 1)], Ct);
        var snapshot = await CreateSut().SaveAsync(await LeadAsync(run), Samples.Snapshot(run, await CreateSut().SegmentsAsync(run, Ct)), Ct);
        await OpenedRuns.MoveAsync(Database, run, RunState.Scoring, state, Ct);
        return snapshot;
    }

    [Fact]
    public async Task Save_Sealed_GetsAnIdAndReadsBackEqual()
    {
        var saved = await SealedAsync(Samples.Run());
        Assert.Equal(1, saved.Id);
        Assert.Equal(StoredJson.Write(Samples.Snapshot(Samples.Run(), [Samples.Segment(Samples.Run(), 0), Samples.Segment(Samples.Run(), 1)]) with { Id = 1 }),
            StoredJson.Write(saved));
        Assert.Equal(StoredJson.Write(saved), StoredJson.Write(await CreateSut().FindAsync(1, Ct)));
        Assert.Equal(1, (await CreateSut().SaveAsync(await LeadAsync(saved.Run), saved with { Id = 0 }, Ct)).Id);
        Assert.Null(await CreateSut().FindAsync(2, Ct));
        Assert.Null(await CreateSut().CurrentAsync("churn", Ct));
    }

    [Fact]
    public async Task Save_SegmentMissing_IsRefused()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        await CreateSut().RecordSegmentsAsync(await LeadAsync(run), [Samples.Segment(run, 0)], Ct);
        var both = new[] { Samples.Segment(run, 0), Samples.Segment(run, 1) };
        await Assert.ThrowsAsync<InvariantBrokenException>(async () => await CreateSut().SaveAsync(await LeadAsync(run), Samples.Snapshot(run, both), Ct));
    }

    [Fact]
    public async Task RecordSegment_SamePartitionAgain_KeepsTheFirstBlob()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        var first = Samples.Segment(run, 0);
        await CreateSut().RecordSegmentsAsync(await LeadAsync(run), [first], Ct);
        var again = first with { Artifact = first.Artifact with { BlobName = "segments/late" } };
        await CreateSut().RecordSegmentsAsync(await LeadAsync(run), [again], Ct);
        Assert.Equal([first], await CreateSut().SegmentsAsync(run, Ct));
        await Assert.ThrowsAsync<InvariantBrokenException>(async () =>
            await CreateSut().RecordSegmentsAsync(await LeadAsync(run), [first with { Keys = 7 }], Ct));
    }

    [Fact]
    public async Task RecordSegments_OneThatDiffers_RecordsNone()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        await CreateSut().RecordSegmentsAsync(await LeadAsync(run), [Samples.Segment(run, 1)], Ct);
        await Assert.ThrowsAsync<InvariantBrokenException>(async () =>
            await CreateSut().RecordSegmentsAsync(await LeadAsync(run), [Samples.Segment(run, 0), Samples.Segment(run, 1) with { Keys = 7 }], Ct));
        Assert.Equal([Samples.Segment(run, 1)], await CreateSut().SegmentsAsync(run, Ct));
        await CreateSut().RecordSegmentsAsync(await LeadAsync(run), [Samples.Segment(run, 0), Samples.Segment(run, 1)], Ct);
        Assert.Equal([Samples.Segment(run, 0), Samples.Segment(run, 1)], await CreateSut().SegmentsAsync(run, Ct));
    }

    [Fact]
    public async Task FindOfRun_BeforeAndAfterPublication_TellsWhenItWasPublished()
    {
        Assert.Null(await CreateSut().FindOfRunAsync(Samples.Run(), Ct));
        var snapshot = await SealedAsync(Samples.Run());
        Assert.Null((await CreateSut().FindOfRunAsync(Samples.Run(), Ct))!.PublishedAt);
        await CreateSut().PublishAsync(snapshot.Id, Me, Ct);
        var found = await CreateSut().FindOfRunAsync(Samples.Run(), Ct);
        Assert.Equal((snapshot.Id, true, Start), (found!.Snapshot.Id, found.IsCurrent, found.PublishedAt!.Value));
    }

    [Fact]
    public async Task Publish_Complete_MovesCurrentAndTheStamp()
    {
        var snapshot = await SealedAsync(Samples.Run());
        var before = await CreateSut().ChangeStampAsync(Ct);
        Clock.Advance(TimeSpan.FromMinutes(1));
        await CreateSut().PublishAsync(snapshot.Id, Me, Ct);
        var after = await CreateSut().ChangeStampAsync(Ct);
        Assert.NotEqual(before, after);
        Assert.Equal(snapshot.Id, (await CreateSut().CurrentAsync("churn", Ct))!.Id);
        var listed = Assert.Single(await CreateSut().ListAsync("churn", 100, Ct));
        Assert.Equal((true, Start.AddMinutes(1)), (listed.IsCurrent, listed.PublishedAt!.Value));
        await CreateSut().PublishAsync(snapshot.Id, Me, Ct);
        Assert.Equal(after, await CreateSut().ChangeStampAsync(Ct));
    }

    [Fact]
    public async Task Publish_ReceiptMissing_IsRefusedAndCurrentStays()
    {
        var yesterday = await SealedAsync(Samples.Run());
        await CreateSut().PublishAsync(yesterday.Id, Me, Ct);
        var run = await Samples.OpenRunAsync(Database, Samples.Plan(Samples.Run(day: 1)));
        await new ClaimStore(Database).TryAcquireAsync(run, "dead", TimeSpan.FromDays(1), Ct);
        await Samples.FinishShardsAsync(Database, run);
        await CreateSut().RecordSegmentsAsync(await LeadAsync(run), [Samples.Segment(run, 0)], Ct);
        await CreateSut().RecordSegmentsAsync(await LeadAsync(run), [Samples.Segment(run, 1)], Ct);
        var incomplete = await CreateSut().SaveAsync(await LeadAsync(run), Samples.Snapshot(run, await CreateSut().SegmentsAsync(run, Ct)), Ct);
        await OpenedRuns.MoveAsync(Database, run, RunState.Scoring, RunState.Held, Ct);
        var stamp = await CreateSut().ChangeStampAsync(Ct);
        var refused = await Assert.ThrowsAsync<InvariantBrokenException>(() => CreateSut().PublishAsync(incomplete.Id, Me, Ct));
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
        Assert.Contains("I3", (await Assert.ThrowsAsync<InvariantBrokenException>(() => CreateSut().PublishAsync(snapshot.Id, Me, Ct))).Message);
        Assert.Null(await CreateSut().CurrentAsync("churn", Ct));
    }

    [Fact]
    public async Task Publish_MoreKeysThanPredictions_IsRefused()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        await Samples.FinishShardsAsync(Database, run);
        await CreateSut().RecordSegmentsAsync(await LeadAsync(run), [Samples.Segment(run, 0, 200)], Ct);
        await CreateSut().RecordSegmentsAsync(await LeadAsync(run), [Samples.Segment(run, 1, 95)], Ct);
        var snapshot = await CreateSut().SaveAsync(await LeadAsync(run), Samples.Snapshot(run, await CreateSut().SegmentsAsync(run, Ct)), Ct);
        await OpenedRuns.MoveAsync(Database, run, RunState.Scoring, RunState.Held, Ct);
        await Assert.ThrowsAsync<InvariantBrokenException>(() => CreateSut().PublishAsync(snapshot.Id, Me, Ct));
    }

    [Fact]
    public Task Publish_UnknownId_NamesIt() => Assert.ThrowsAsync<BadInputException>(() => CreateSut().PublishAsync(42, Me, Ct));

    [Fact]
    public async Task Rollback_AfterSeveralPublications_GoesBackOneByOne()
    {
        for (var day = 0; day < 3; day++)
            await CreateSut().PublishAsync((await SealedAsync(Samples.Run(day: day))).Id, Me, Ct);
        var stamp = await CreateSut().ChangeStampAsync(Ct);
        Assert.Equal(2, (await CreateSut().RollbackAsync("churn", Me, Ct))!.Id);
        Assert.Equal(1, (await CreateSut().RollbackAsync("churn", Me, Ct))!.Id);
        Assert.NotEqual(stamp, await CreateSut().ChangeStampAsync(Ct));
        Assert.Null(await CreateSut().RollbackAsync("churn", Me, Ct));
        Assert.Equal(1, (await CreateSut().CurrentAsync("churn", Ct))!.Id);

        await CreateSut().PublishAsync(3, Me, Ct);
        Assert.Equal(1, (await CreateSut().RollbackAsync("churn", Me, Ct))!.Id);
        Assert.Null(await CreateSut().RollbackAsync("nobody", Me, Ct));
        Assert.Equal([false, false, true], (await CreateSut().ListAsync(null, 10, Ct)).Select(l => l.IsCurrent));
    }

    [Fact]
    public async Task OfferContract_NothingServed_OnlyAChangeMovesTheStamp()
    {
        var job = Samples.Job();
        await CreateSut().OfferContractAsync(job, Ct);
        var stamp = await CreateSut().ChangeStampAsync(Ct);
        await CreateSut().OfferContractAsync(job, Ct);
        Assert.Equal(stamp, await CreateSut().ChangeStampAsync(Ct));
        var other = job with { Serving = job.Serving with { MaxAge = null } };
        await CreateSut().OfferContractAsync(other, Ct);
        Assert.NotEqual(stamp, await CreateSut().ChangeStampAsync(Ct));
        var (contract, found) = Assert.Single(await CreateSut().ContractsAsync(Ct));
        Assert.Null(contract.MaxAge);
        Assert.Equal(StoredJson.Write(other), StoredJson.Write(found));
    }

    [Fact]
    public async Task Contract_TravelsWithTheSnapshotThatIsServed()
    {
        var lax = Samples.Plan(Samples.Run(day: 1));
        lax = lax with { Job = lax.Job with { Serving = lax.Job.Serving with { MaxAge = TimeSpan.FromDays(9) } } };
        var first = await SealedAsync(Samples.Run());
        var second = await SealedAsync(lax.Run, plan: lax);
        await CreateSut().PublishAsync(first.Id, Me, Ct);
        Assert.Equal(TimeSpan.FromHours(26), await MaxAgeAsync());
        await CreateSut().PublishAsync(second.Id, Me, Ct);
        Assert.Equal(TimeSpan.FromDays(9), await MaxAgeAsync());
        await CreateSut().OfferContractAsync(Samples.Job() with { Serving = Samples.Job().Serving with { MaxAge = TimeSpan.FromHours(1) } }, Ct);
        Assert.Equal(TimeSpan.FromDays(9), await MaxAgeAsync());
        await CreateSut().RollbackAsync("churn", Me, Ct);
        Assert.Equal(TimeSpan.FromHours(26), await MaxAgeAsync());

        async Task<TimeSpan?> MaxAgeAsync() => Assert.Single(await CreateSut().ContractsAsync(Ct)).Contract.MaxAge;
    }
}
