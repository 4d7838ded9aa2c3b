using BatchEngine.Domain;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Lanes;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Models;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.TestKit.Databases;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Storage.Tests.Database.Runs;

/// <summary>What looks at several topics at once: which run needs workers, how nights ended, what serves.</summary>
public abstract class OverviewContract : StateContract
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task FreeShards_OfRunsThatAreScored_AreFoundOldestFirst()
    {
        var runs = new RunStore(Database);
        var newer = await Samples.OpenRunAsync(Database, Samples.Plan(Samples.Run(day: 1), shards: 1));
        var older = await Samples.OpenRunAsync(Database, Samples.Plan(shards: 1));
        await runs.CreateAsync(Samples.Plan(Samples.Run(day: 2)), Ct);
        Assert.Equal([older, newer], await runs.WithFreeWorkAsync(5, Ct));
        Assert.Equal([older], await runs.WithFreeWorkAsync(1, Ct));
        await new ClaimStore(Database).TryAcquireAsync(older, "w", Minute, Ct);
        Assert.Equal([newer], await runs.WithFreeWorkAsync(5, Ct));
        Clock.Advance(Minute);
        Assert.Equal([older, newer], await runs.WithFreeWorkAsync(5, Ct));
    }

    [Fact]
    public async Task Terms_SettledByTheCoordinator_AreReadByAll()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        await new RunStore(Database).SettleAsync(await OpenedRuns.LeadAsync(Database, run, Ct), "/prices", Minute, Ct);
        Assert.Equal(new RunTerms(RunTerms.CurrentFormat, "/prices", Minute), await new RunStore(Database).TermsAsync(run, Ct));
        Assert.Null(await new RunStore(Database).TermsAsync(Samples.Run("other"), Ct));
    }

    [Fact]
    public async Task FailRun_ByTheHolderOfAShard_EndsItOnceWithItsReason()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        var held = (LeaseOutcome.Granted)await new ClaimStore(Database).TryAcquireAsync(run, "w", Minute, Ct);
        var why = new Decision(run, Start, DecisionSubject.Resume, "failed", "bad rows");
        Assert.True(await new ClaimStore(Database).FailRunAsync(held.Lease, "bad rows", why, Ct));
        Assert.False(await new ClaimStore(Database).FailRunAsync(held.Lease, "bad rows", why, Ct));
        Assert.Equal((RunState.Failed, "bad rows"), await new RunStore(Database).FindAsync(run, Ct) is { } found ? (found.State, found.Note) : default);
        Assert.Equal(why, Assert.Single(await new DecisionStore(Database).ListAsync(run, Ct)));
    }

    [Fact]
    public async Task Endings_OfEveryRun_SayWhetherItServed()
    {
        var published = await PublishedAsync(Samples.Run());
        var open = await Samples.OpenRunAsync(Database, Samples.Plan(Samples.Run(day: 1)));
        Assert.Equal(
            [(published, new RunEnding(RunState.Published, true)), (open, new RunEnding(RunState.Scoring, false))],
            (await new RunEndings(Database).OfAsync([published, open, Samples.Run("other")], Ct)).OrderBy(r => r.Key.ScheduledAt)
                .Select(r => (r.Key, r.Value)));
    }

    [Fact]
    public async Task ServedBefore_TwoNights_IsTheWayBack()
    {
        var first = await PublishedAsync(Samples.Run());
        var second = await PublishedAsync(Samples.Run(day: 1));
        await PublishedAsync(Samples.Run(day: 2));
        var store = new SnapshotStore(Database);
        Assert.Equal([second, first], (await store.ServedBeforeAsync("churn", 5, Ct)).Select(s => s.Run));
        Assert.Equal([second], (await store.ServedBeforeAsync("churn", 1, Ct)).Select(s => s.Run));
    }

    [Fact]
    public async Task LatestNights_EndedAndUnstarted_AreOneAJob()
    {
        var lanes = new LaneStore(Database);
        foreach (var job in new[] { "churn", "fraud" })
            await lanes.CreateAsync(new LaneState(job, "cron", Start, [], false), Ct);
        await PublishedAsync(Samples.Run());
        var newest = await PublishedAsync(Samples.Run(day: 1));
        await new UnstartedRunStore(Database).SaveAsync(Samples.Run("fraud"), Start, Start.AddHours(1), "no file", Ct);
        Assert.Equal([new LatestNight(newest, RunState.Published, null), new LatestNight(Samples.Run("fraud"), null, Start.AddHours(1))],
            (await new LatestNights(Database).ListAsync(Ct)).OrderBy(n => n.Run.Job));
    }

    [Fact]
    public async Task FileModel_SavedTwice_IsFoundWithItsWeights()
    {
        var model = new StoredModel(Digest.Of("m"), "models/m", 7, [new StoredWeights(new WeightFile("b", Digest.Of("b"), 2), "models/b"),
            new StoredWeights(new WeightFile("C", Digest.Of("c"), 3), "models/c")]);
        await new FileModelStore(Database).SaveAsync(model, Ct);
        await new FileModelStore(Database).SaveAsync(model, Ct);
        var found = (await new FileModelStore(Database).FindAsync(Digest.Of("m"), Ct))!;
        Assert.Equal((model.BlobName, model.Bytes), (found.BlobName, found.Bytes));
        Assert.Equal(["C", "b"], found.Weights.Select(w => w.File.Location));
        Assert.Null(await new FileModelStore(Database).FindAsync(Digest.Of("n"), Ct));
    }

    [Fact]
    public async Task FormerLanes_WhereThereNeverWereAny_AreNone()
    {
        Assert.Empty(await new FormerLanes(Database).ListAsync(Ct));
        await new FormerLanes(Database).ForgetAsync(Ct);
    }

    [Fact]
    public async Task Claim_OfABlobFolder_IsThisDatabases()
    {
        using var folder = new TemporaryFolder();
        var claim = new StoreClaim(Database, new LocalFolderBlobs(folder["blobs"]));
        await claim.EnsureAsync(Ct);
        await claim.EnsureAsync(Ct);
        Assert.True(await claim.IsOursAsync(Ct));
    }

    private async Task<RunId> PublishedAsync(RunId run)
    {
        await Samples.OpenRunAsync(Database, Samples.Plan(run));
        await Samples.FinishShardsAsync(Database, run);
        var lead = await OpenedRuns.LeadAsync(Database, run, Ct);
        var store = new SnapshotStore(Database);
        await store.RecordSegmentsAsync(lead, [Samples.Segment(run, 0), Samples.Segment(run, 1)], Ct);
        await store.SaveAsync(lead, Samples.Snapshot(run, await store.SegmentsAsync(run, Ct)), Ct);
        await OpenedRuns.MoveAsync(Database, run, RunState.Scoring, RunState.Judging, Ct);
        await store.PublishRunAsync(await OpenedRuns.LeadAsync(Database, run, Ct), "stable", Ct);
        return run;
    }
}
