using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Workers;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.TestKit.Databases;

namespace BatchEngine.Scheduler.Tests.Workers;

public sealed class WorkerLoopTests
{
    [Fact]
    public async Task Worker_DeadHolderOfAShard_TakesItOverAtItsCheckpointAndRecordsIt()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        await LeaveHalfDoneAsync(world, plan);
        world.Scorer.Scored.Clear();
        world.Clock.Advance(LeasePolicy.Default.Ttl);

        var outcome = await WorkAsync(world, plan);

        Assert.IsType<WorkerOutcome.AllDone>(outcome);
        Assert.DoesNotContain((0, 0), world.Scorer.Scored.Keys);
        Assert.All(world.Scorer.Scored.Values, times => Assert.Equal(1, times));
        var decision = Assert.Single(await world.Decisions.ListAsync(plan.Run, World.Stop));
        Assert.Equal(DecisionSubject.WorkerLost, decision.Subject);
        Assert.Contains("goes on at unit 1", decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_EveryShardHeldByOthers_WaitsUntilTheLeaseExpires()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        await LeaveHalfDoneAsync(world, plan);
        var expiry = world.Clock.GetUtcNow() + LeasePolicy.Default.Ttl;

        var outcome = await world.Clock.PassAsync(LeasePolicy.Default.MaxWait, WorkAsync(world, plan));

        Assert.IsType<WorkerOutcome.AllDone>(outcome);
        Assert.Equal(expiry, world.Clock.GetUtcNow());
        Assert.Equal(plan.Shards.Count, (await world.Receipts.ListAsync(plan.Run, World.Stop)).Count);
    }

    [Fact]
    public async Task Worker_ShardTakenOverWhileItScores_StopsAndCommitsNothing()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        var log = new CrashingLog();
        Lease? thief = null;
        world.Scorer.BeforeUnit = async (lease, unit, ct) =>
        {
            if (thief is not null || unit != 1)
                return;
            world.Clock.Jump(TimeSpan.FromMinutes(1));
            thief = Assert.IsType<LeaseOutcome.Granted>(await world.Claims.TryAcquireAsync(plan.Run, "thief", TimeSpan.FromHours(1), ct)).Lease;
            Assert.Equal(lease.ShardIndex, thief.ShardIndex);
        };
        using var notice = new CancellationTokenSource();
        var working = WorkAsync(world, plan, notice: notice, log: log);
        await log.FenceLost.WaitAsync(World.Stop);
        await notice.CancelAsync();

        await working;

        Assert.DoesNotContain(await world.Receipts.ListAsync(plan.Run, World.Stop), r => r.ShardIndex == thief!.ShardIndex);
        Assert.Contains(await world.Usage.ListAsync(plan.Run, World.Stop), u => u.ReworkShare > 0);
    }

    [Fact]
    public async Task Worker_LongUnit_KeepsItsLeaseByRenewing()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        world.Scorer.BeforeUnit = (lease, unit, ct) =>
            (lease.ShardIndex, unit) == (0, 0) ? Task.Delay(LeasePolicy.Default.Ttl * 2.5, world.Clock, ct) : Task.CompletedTask;

        Assert.IsType<WorkerOutcome.AllDone>(await world.Clock.PassAsync(LeasePolicy.Default.RenewEvery, WorkAsync(world, plan)));

        Assert.Equal(1, (await world.Receipts.ListAsync(plan.Run, World.Stop))[0].Fence.Value);
    }

    [Fact]
    public async Task Worker_InterruptionNotice_FinishesTheUnitAndGivesTheShardBackAtOnce()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        using var notice = new CancellationTokenSource();
        world.Scorer.BeforeUnit = (_, unit, _) => unit == 1 ? notice.CancelAsync() : Task.CompletedTask;

        Assert.IsType<WorkerOutcome.Drained>(await WorkAsync(world, plan, notice: notice));

        var next = Assert.IsType<LeaseOutcome.Granted>(await world.Claims.TryAcquireAsync(plan.Run, "next", TimeSpan.FromSeconds(15), World.Stop));
        Assert.Equal((0, 2, false), (next.Lease.ShardIndex, next.From.NextUnitIndex, next.TakenOver));
    }

    [Fact]
    public async Task Worker_ScorerThatIgnoresTheNotice_IsStoppedAfterTheGrace()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        using var notice = new CancellationTokenSource();
        world.Scorer.BeforeUnit = async (_, _, ct) =>
        {
            await notice.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, ct);
        };

        var working = WorkAsync(world, plan, notice: notice);
        await world.Clock.WaitOfAsync(LeasePolicy.Default.DrainGrace);
        world.Clock.Advance(LeasePolicy.Default.DrainGrace);

        Assert.IsType<WorkerOutcome.Drained>(await working);
        Assert.Contains(await world.Usage.ListAsync(plan.Run, World.Stop), u => u.ReworkShare > 0.9);
    }

    [Fact]
    public async Task Worker_TransientFailure_TriesTheShardAgain()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        var failures = 3;
        world.Scorer.BeforeUnit = (_, _, _) => failures-- > 0 ? throw new StorageFailedException("blobs", "slow down", isTransient: true) : Task.CompletedTask;

        Assert.IsType<WorkerOutcome.AllDone>(await RetryAsync(world, WorkAsync(world, plan), 3));
    }

    [Fact]
    public async Task Worker_TransientFailureWithoutEnd_GivesUpAfterTheBound()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        var tries = 0;
        world.Scorer.BeforeUnit = (_, _, _) =>
        {
            tries++;
            throw new StorageFailedException("blobs", "slow down", isTransient: true);
        };

        await Assert.ThrowsAsync<StorageFailedException>(() => RetryAsync(world, WorkAsync(world, plan), LeasePolicy.Default.MaxTransientRetries));
        Assert.Equal(LeasePolicy.Default.MaxTransientRetries + 1, tries);
    }

    [Fact]
    public async Task Worker_ShardThatKillsEveryWorker_FailsTheRunAndSaysHowOftenAndHow()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        await DieOnAsync(world, plan, 2);

        var outcome = await WorkAsync(world, plan, LeasePolicy.Default with { MaxAttemptsPerShard = 2 });

        Assert.Equal(RunState.Failed, Assert.IsType<WorkerOutcome.RunClosed>(outcome).State);
        var record = (await world.Runs.FindAsync(plan.Run, World.Stop))!;
        Assert.Equal(RunState.Failed, record.State);
        Assert.Contains("2 workers died or went silent on it, 0 gave it back after a failure", record.Note, StringComparison.Ordinal);
        Assert.DoesNotContain("Invariant", record.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_ShardGivenUpThenResumed_IsTriedAsOftenAgain()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        var policy = LeasePolicy.Default with { MaxAttemptsPerShard = 2 };
        await DieOnAsync(world, plan, 2);
        await WorkAsync(world, plan, policy);
        await OpenedRuns.MoveAsync(world.Database, plan.Run, RunState.Failed, RunState.Scoring, World.Stop);
        await DieOnAsync(world, plan, 1);

        Assert.IsType<WorkerOutcome.AllDone>(await WorkAsync(world, plan, policy));
    }

    [Fact]
    public async Task Worker_ShardHandedBackOnRequest_IsNotCountedAgainstIt()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync(p => p with { UnitRows = 1 });
        var policy = LeasePolicy.Default with { MaxAttemptsPerShard = 1 };
        for (var i = 0; i < 4; i++)
        {
            using var notice = new CancellationTokenSource();
            world.Scorer.BeforeUnit = (_, _, _) => notice.CancelAsync();
            Assert.IsType<WorkerOutcome.Drained>(await WorkAsync(world, plan, policy, notice));
        }
        world.Scorer.BeforeUnit = (_, _, _) => Task.CompletedTask;

        Assert.IsType<WorkerOutcome.AllDone>(await WorkAsync(world, plan, policy));
    }

    [Fact]
    public async Task Worker_ShardThatFailsAgainAndAgain_IsGivenUpAfterTheBound()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        world.Scorer.BeforeUnit = (_, _, _) => throw new StorageFailedException("blobs", "slow down", isTransient: true);

        var outcome = await RetryAsync(world, WorkAsync(world, plan, LeasePolicy.Default with { MaxAttemptsPerShard = 2 }), 2);

        Assert.Contains("0 workers died or went silent on it, 2 gave it back after a failure", Assert.IsType<WorkerOutcome.RunClosed>(outcome).Reason,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_ShardsOfAProcessThatEnded_AreTakenOverWithoutWaiting()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        var others = new ClaimStore(world.Database, "other");
        while (await others.TryAcquireAsync(plan.Run, "other-w0", TimeSpan.FromHours(1), World.Stop) is LeaseOutcome.Granted)
        {
        }
        world.Processes = new FakeProcesses("own");
        world.Processes.Ended.Add("other");
        var before = world.Clock.GetUtcNow();

        Assert.IsType<WorkerOutcome.AllDone>(await WorkAsync(world, plan));

        Assert.Equal(before, world.Clock.GetUtcNow());
    }

    [Fact]
    public async Task Worker_RunThatIsNotOpen_EndsAtOnce()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        await OpenedRuns.MoveAsync(world.Database, plan.Run, RunState.Scoring, RunState.Cancelled, World.Stop);

        Assert.Equal(RunState.Cancelled, Assert.IsType<WorkerOutcome.RunClosed>(await WorkAsync(world, plan)).State);
    }

    [Fact]
    public async Task Worker_PolicyOutOfRange_IsRefused()
    {
        await using var world = await World.CreateAsync();

        Assert.Throws<BadInputException>(() => new WorkerLoop(world.WorkersWith(SilentRunLog.Instance), LeasePolicy.Default with { MaxWait = TimeSpan.Zero }));
    }

    private static Task<WorkerOutcome> WorkAsync(World world, RunPlan plan, LeasePolicy? policy = null, CancellationTokenSource? notice = null,
        IRunLog? log = null) =>
        new WorkerLoop(world.WorkersWith(log ?? SilentRunLog.Instance), policy ?? LeasePolicy.Default)
            .RunAsync(plan, "worker", Offering.Local, null, notice?.Token ?? CancellationToken.None, World.Stop);

    private static async Task DieOnAsync(World world, RunPlan plan, int workers)
    {
        for (var i = 0; i < workers; i++)
        {
            var lease = await world.Claims.TryAcquireAsync(plan.Run, $"dead{i}", TimeSpan.FromSeconds(1), World.Stop);
            Assert.Equal(0, Assert.IsType<LeaseOutcome.Granted>(lease).Shard.Index);
            world.Clock.Jump(TimeSpan.FromSeconds(20));
        }
    }

    // Each try waits twice as long as the one before.
    private static async Task<WorkerOutcome> RetryAsync(World world, Task<WorkerOutcome> working, int retries)
    {
        for (var retry = 1; retry <= retries; retry++)
        {
            var wait = LeasePolicy.Default.MinWait * Math.Pow(2, retry);
            wait = wait > LeasePolicy.Default.MaxWait ? LeasePolicy.Default.MaxWait : wait;
            await world.Clock.WaitOfAsync(wait);
            world.Clock.Advance(wait);
        }
        return await working;
    }

    /// <summary>Leases the first shard, checkpoints its first unit, and is never heard of again.</summary>
    private static async Task LeaveHalfDoneAsync(World world, RunPlan plan)
    {
        world.Scorer.BeforeUnit = (_, unit, _) => unit == 1 ? throw new SimulatedCrash("unit 1") : Task.CompletedTask;
        await Assert.ThrowsAsync<SimulatedCrash>(() => WorkAsync(world, plan));
        world.Scorer.BeforeUnit = (_, _, _) => Task.CompletedTask;
    }
}
