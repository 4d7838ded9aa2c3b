using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Database.Leases;

namespace BatchEngine.Scheduler.Tests.Runs;

public sealed class NightRunTests
{
    [Fact]
    public async Task Run_FromNothing_PublishesEveryRowOnceAndLeavesNoOrphan()
    {
        await using var world = await World.CreateAsync();

        var outcome = await world.RunAsync();

        var published = Assert.IsType<RunOutcome.Published>(outcome);
        Assert.Equal(40, published.Snapshot.Keys);
        Assert.Equal(Samples.Night, published.Snapshot.AsOf);
        Assert.All(world.Scorer.Scored.Values, times => Assert.Equal(1, times));
        Assert.Empty(await world.OrphansAsync());
        Assert.Equal(1, world.Closings);
        Assert.Equal(1, world.Pins);
        var decisions = await world.Decisions.ListAsync(Samples.Run, World.Stop);
        Assert.Equal(["capacity", "publish", "reuse"], decisions.Select(d => d.Subject.Text()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_StartedAgainAfterItsEnd_DoesNothingTwice()
    {
        await using var world = await World.CreateAsync();
        await world.RunAsync();
        var events = new CrashingLog();

        var outcome = await world.RunAsync(events);

        Assert.Equal(RunState.Published, Assert.IsType<RunOutcome.AlreadyEnded>(outcome).Record.State);
        Assert.Equal([RunEventKind.Found], events.Events.Select(e => e.Kind));
        Assert.All(world.Scorer.Scored.Values, times => Assert.Equal(1, times));
    }

    [Fact]
    public async Task Run_LedByAnotherProcess_IsLeftToIt()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        await world.Lead.TryTakeAsync(plan.Run, "elsewhere", TimeSpan.FromMinutes(10), World.Stop);

        var outcome = await world.RunAsync();

        Assert.Equal(RunState.Scoring, Assert.IsType<RunOutcome.Following>(outcome).State);
        Assert.Empty(world.Scorer.Scored);
    }

    [Fact]
    public async Task Run_LeadOfADeadProcess_IsWaitedForAndTaken()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        await world.Lead.TryTakeAsync(plan.Run, "dead", LeasePolicy.Default.Ttl, World.Stop);

        var running = world.RunAsync(change: s => s with { LeadWait = LeasePolicy.Default.Ttl * 2 });

        Assert.IsType<RunOutcome.Published>(await world.Clock.PassAsync(LeasePolicy.Default.MaxWait, running));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_LeadOfAProcessThatEnded_IsTakenAtOnceAndOfALivingOneNever(bool ended)
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        await new LeadStore(world.Database, "other").TryTakeAsync(plan.Run, "other", TimeSpan.FromMinutes(10), World.Stop);
        var shard = await new ClaimStore(world.Database, "other").TryAcquireAsync(plan.Run, "other-w0", TimeSpan.FromMinutes(10), World.Stop);
        Assert.IsType<LeaseOutcome.Granted>(shard);
        world.Processes = new FakeProcesses("own");
        if (ended)
            world.Processes.Ended.Add("other");
        var before = world.Clock.GetUtcNow();

        var outcome = await world.RunAsync();

        Assert.True(ended ? outcome is RunOutcome.Published : outcome is RunOutcome.Following, outcome.ToString());
        Assert.Equal(before, world.Clock.GetUtcNow());
    }

    [Fact]
    public async Task Run_ManyWorkersAndPartitions_PublishesTheSameBytesAsOne()
    {
        await using var one = await World.CreateAsync();
        await using var many = await World.CreateAsync();
        many.Job = many.Job with { Workers = 4 };
        await one.OpenRunAsync(p => p with { PartitionCount = 4 });
        await many.OpenRunAsync(p => p with { PartitionCount = 4 });

        await one.RunAsync();
        await many.RunAsync();

        Assert.Equal(await one.PublishedAsync(), await many.PublishedAsync());
    }

    [Fact]
    public async Task Run_RefusedPlan_RecordsTheDecisionAndNoRun()
    {
        await using var world = await World.CreateAsync();
        world.Manifest = Samples.Manifest([0]);

        var outcome = await world.RunAsync();

        Assert.Equal(PlanRefusal.NoRows, Assert.IsType<RunOutcome.Refused>(outcome).Why);
        Assert.Null(await world.Runs.FindAsync(Samples.Run, World.Stop));
        Assert.Equal(DecisionSubject.Plan, Assert.Single(await world.Decisions.ListAsync(Samples.Run, World.Stop)).Subject);
    }

    [Fact]
    public async Task Run_DuplicateKeys_FailsNamingBothRows()
    {
        await using var world = await World.CreateAsync();
        world.Scorer.KeyOf = row => row == 38 ? 3 : row;

        var outcome = await world.RunAsync();

        var reason = Assert.IsType<RunOutcome.Failed>(outcome).Reason;
        Assert.Contains("Key 3", reason, StringComparison.Ordinal);
        Assert.Contains("in/0000.parquet, row group 0, row 3", reason, StringComparison.Ordinal);
        Assert.Contains("in/0001.parquet, row group 1, row 5", reason, StringComparison.Ordinal);
        Assert.Null(await world.Snapshots.CurrentAsync("churn", World.Stop));
        Assert.NotEqual(0, world.Closings);
    }

    [Fact]
    public async Task Run_DuplicateKeysUnderLastWins_PublishesAndRecordsHowMany()
    {
        await using var world = await World.CreateAsync();
        world.Job = world.Job with { DuplicateKeys = DuplicateKeyPolicy.LastWins };
        world.Scorer.KeyOf = row => row == 38 ? 3 : row;

        Assert.Equal(39, Assert.IsType<RunOutcome.Published>(await world.RunAsync()).Snapshot.Keys);
        Assert.Contains(await world.Decisions.ListAsync(Samples.Run, World.Stop), d => d.Subject == DecisionSubject.DuplicateKeys);
    }

    [Fact]
    public async Task Run_GateHolds_KeepsYesterdaysSnapshotAndSaysWhy()
    {
        await using var world = await World.CreateAsync();
        world.Verdict = new GateVerdict.Hold("psi 0.41 of column x", null);

        var outcome = await world.RunAsync();

        var reason = Assert.IsType<RunOutcome.Held>(outcome).Reason;
        Assert.StartsWith("psi 0.41 of column x. ", reason, StringComparison.Ordinal);
        Assert.Contains($"batchengine runs release {Samples.Run} --why", reason, StringComparison.Ordinal);
        Assert.Contains("compared with", reason, StringComparison.Ordinal);
        Assert.Null(await world.Snapshots.CurrentAsync("churn", World.Stop));
        Assert.Single(await world.Snapshots.ListAsync("churn", 100, World.Stop));
    }

    [Fact]
    public async Task Run_OfAnEarlierNight_DoesNotTakeThePlaceOfALaterOne()
    {
        await using var world = await World.CreateAsync();
        await world.RunAsync();
        var later = await world.Snapshots.CurrentAsync("churn", World.Stop);

        var outcome = await world.RunAsync(at: Samples.Night.AddDays(-1));

        Assert.Contains("newer and keeps serving", Assert.IsType<RunOutcome.Completed>(outcome).Reason, StringComparison.Ordinal);
        Assert.IsType<RunOutcome.AlreadyEnded>(await world.RunAsync(at: Samples.Night.AddDays(-1)));
        Assert.Equal(later, await world.Snapshots.CurrentAsync("churn", World.Stop), (a, b) => a!.Id == b!.Id);
    }

    [Fact]
    public async Task Run_RejectsOverTheShare_FailsWithTheNumbers()
    {
        await using var world = await World.CreateAsync();
        world.Scorer.RejectedPerUnit = 1;

        var outcome = await world.RunAsync();

        Assert.Contains("of 40 rows were rejected", Assert.IsType<RunOutcome.Failed>(outcome).Reason, StringComparison.Ordinal);
        var again = Assert.IsType<RunOutcome.Failed>(await world.RunAsync());
        Assert.Contains("of 40 rows were rejected", again.Reason, StringComparison.Ordinal);
        Assert.False(again.MayResume);
        Assert.Null(await world.Snapshots.CurrentAsync("churn", World.Stop));
    }

    [Fact]
    public async Task Run_ScorerFails_FailsThenResumesFromItsDurableWork()
    {
        await using var world = await World.CreateAsync();
        var broken = true;
        world.Scorer.BeforeUnit = (lease, unit, _) => broken && lease.ShardIndex == 1 && unit == 1
            ? throw new BadInputException("in/0001.parquet", "a torn page", "whole pages", "Write it again.") : Task.CompletedTask;

        var first = await world.RunAsync();
        broken = false;
        var second = await world.RunAsync();

        Assert.Contains("torn page", Assert.IsType<RunOutcome.Failed>(first).Reason, StringComparison.Ordinal);
        Assert.IsType<RunOutcome.Published>(second);
        Assert.All(world.Scorer.Scored.Values, times => Assert.Equal(1, times));
    }

    [Fact]
    public async Task Run_AnInvariantBreaks_IsRecordedAsFailedAndThrown()
    {
        await using var world = await World.CreateAsync();
        world.Scorer.BeforeUnit = (_, _, _) => throw new InvariantBrokenException("planted counts add up", "3 of 2");

        await Assert.ThrowsAsync<InvariantBrokenException>(() => world.RunAsync());

        var record = Assert.Single(await world.Runs.ListAsync(null, 10, World.Stop));
        Assert.Equal(RunState.Failed, record.State);
        Assert.Contains("planted counts add up", record.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_InputChangedMeanwhile_FailsNamingTheFile()
    {
        await using var world = await World.CreateAsync();
        await world.OpenRunAsync();
        world.Manifest = world.Manifest with { Files = [world.Manifest.Files[0] with { ContentTag = "rewritten" }, world.Manifest.Files[1]] };

        var outcome = await world.RunAsync();

        Assert.Contains("in/0000.parquet", Assert.IsType<RunOutcome.Failed>(outcome).Reason, StringComparison.Ordinal);
        Assert.Empty(world.Scorer.Scored);
    }

    [Fact]
    public async Task Run_AskedToLeave_IsInterruptedAndGoesOnLaterWithoutScoringAUnitTwice()
    {
        await using var world = await World.CreateAsync();
        using var notice = new CancellationTokenSource();
        world.Scorer.BeforeUnit = (lease, unit, _) => lease.ShardIndex == 0 && unit == 1 ? notice.CancelAsync() : Task.CompletedTask;

        var first = await world.RunAsync(notice: notice);
        world.Scorer.BeforeUnit = (_, _, _) => Task.CompletedTask;
        var second = await world.RunAsync();

        Assert.Equal(RunState.Scoring, Assert.IsType<RunOutcome.Interrupted>(first).State);
        Assert.IsType<RunOutcome.Published>(second);
        Assert.All(world.Scorer.Scored.Values, times => Assert.Equal(1, times));
    }

    [Fact]
    public async Task Cancel_WhileScoring_EndsTheRunForEverybody()
    {
        await using var world = await World.CreateAsync();
        world.Scorer.BeforeUnit = async (lease, unit, ct) =>
        {
            if (lease.ShardIndex == 0 && unit == 1)
                await world.NightRun(holder: "a person").CancelAsync(Samples.Run, "ada", ct);
        };

        var outcome = await world.RunAsync();

        Assert.Contains("ada", Assert.IsType<RunOutcome.Cancelled>(outcome).Reason, StringComparison.Ordinal);
        Assert.False(await world.NightRun().CancelAsync(Samples.Run, "bob", World.Stop));
        Assert.IsType<RunOutcome.AlreadyEnded>(await world.RunAsync());
    }

    [Fact]
    public async Task Run_Usage_CoversTheWorkerWithoutGapsAndTheSealing()
    {
        await using var world = await World.CreateAsync();
        world.LetTimePass();
        await world.RunAsync();

        var usage = await world.Usage.ListAsync(Samples.Run, World.Stop);

        var worker = usage.Where(u => u.Kind == UsageKind.BatchWorker).OrderBy(u => u.From).ToList();
        Assert.Equal(40, worker.Sum(u => u.Predictions));
        Assert.All(worker.Zip(worker.Skip(1)), pair => Assert.Equal(pair.First.ToExclusive, pair.Second.From));
        Assert.Single(usage, u => u.Kind == UsageKind.RunOverhead);
        Assert.All(usage, u => Assert.True(u.BusyShare is >= 0 and <= 1 && u.ReworkShare is >= 0 and <= 1));
    }

    [Fact]
    public async Task Run_Progress_EndsWithEveryRowAndSegmentDone()
    {
        await using var world = await World.CreateAsync();
        var seen = new SeenProgress();

        await world.RunAsync(progress: seen);

        Assert.Equal(40, seen.All[^1].RowsDone);
        Assert.Equal((1, 1), (seen.All[^1].SegmentsDone, seen.All[^1].SegmentsTotal));
        Assert.Contains(seen.All, p => p.State == RunState.Scoring && p.ShardsDone == p.ShardsTotal);
    }

    private sealed class SeenProgress : IProgress<RunProgress>
    {
        public List<RunProgress> All { get; } = [];

        public void Report(RunProgress value)
        {
            lock (All)
                All.Add(value);
        }
    }
}
