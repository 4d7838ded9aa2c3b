using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scheduler.Workers;
using BatchEngine.Storage.Database.Leases;

namespace BatchEngine.Scheduler.Tests.Runs;

/// <summary>Runs whose coordinator has no workers of its own.</summary>
public sealed class ElsewhereRunTests
{
    private static readonly Offering Spot = new("ec2", "c7a.xlarge", "eu-west-1a", PurchaseOption.Spot);

    [Theory]
    [InlineData(WorkerMode.Elsewhere, true)]
    [InlineData(WorkerMode.InProcess, false)]
    public async Task Run_WithoutWorkersOfItsOwn_WaitsForAnyAndIsPublished(WorkerMode mode, bool hasOwn)
    {
        await using var world = await World.CreateAsync();
        world.Job = world.Job with { WorkerMode = mode };
        var nobody = new TaskCompletionSource();
        var log = new HookLog(RunEventKind.NobodyWorks, () =>
        {
            nobody.TrySetResult();
            return Task.CompletedTask;
        });
        var seen = new List<DateTimeOffset?>();
        var running = world.RunAsync(log, progress: new Seen(p => seen.Add(p.NobodySince)), change: s => s with { HasOwnWorkers = hasOwn });
        await PassAsync(world, nobody.Task);
        var plan = (await world.Runs.PlanAsync(new RunId("churn", Samples.Night), World.Stop))!;
        Assert.Empty(world.Scorer.Scored);

        // Two come, on other machines than the coordinator's, and the second takes over what the first leaves.
        using var leave = new CancellationTokenSource();
        world.Scorer.BeforeUnit = (_, unit, _) =>
        {
            world.Clock.Advance(TimeSpan.FromSeconds(1));
            return unit == 1 ? leave.CancelAsync() : Task.CompletedTask;
        };
        Assert.IsType<WorkerOutcome.Drained>(await WorkAsync(world, plan, "first", Spot, leave.Token));
        world.LetTimePass();
        Assert.IsType<WorkerOutcome.AllDone>(await WorkAsync(world, plan, "second", Offering.Unknown, CancellationToken.None));
        await PassAsync(world, Task.WhenAll(running, SealAsync(world, plan)));

        Assert.IsType<RunOutcome.Published>(await running);
        Assert.Contains(seen, s => s is not null);
        var usage = (await world.Usage.ListAsync(plan.Run, World.Stop)).Where(u => u.Kind == UsageKind.BatchWorker).ToList();
        Assert.Equal([("first", Spot), ("second", Offering.Unknown)], usage.Select(u => (u.Subject, u.Offering)).Distinct().OrderBy(u => u.Subject));
    }

    [Fact]
    public async Task Run_AskedToLeaveWhileItWaits_IsInterruptedAndCanGoOn()
    {
        await using var world = await World.CreateAsync();
        world.Job = world.Job with { WorkerMode = WorkerMode.Elsewhere };
        using var notice = new CancellationTokenSource();
        var running = world.RunAsync(notice: notice);
        await world.Clock.WaitOfAsync(ElsewhereWorkers.LookEvery);

        await notice.CancelAsync();

        Assert.Equal(RunState.Scoring, Assert.IsType<RunOutcome.Interrupted>(await running).State);
    }

    [Fact]
    public async Task Shard_OfAWorkerThatDied_IsTakenOverWithinFiveSecondsOfItsHeartbeatsEnd()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        var ttl = TimeSpan.FromSeconds(6);
        while (await world.Claims.TryAcquireAsync(plan.Run, "dead", ttl, World.Stop) is LeaseOutcome.Granted)
        {
        }
        var end = world.Clock.GetUtcNow() + ttl;
        DateTimeOffset? taken = null;
        var waiting = new WorkerLoop(world.WorkersWith(new HookLog(RunEventKind.ShardTakenOver, () =>
        {
            taken ??= world.Clock.GetUtcNow();
            return Task.CompletedTask;
        })), LeasePolicy.Living(ttl)).RunAsync(plan, "waits", Offering.Local, null, CancellationToken.None, World.Stop);

        await PassAsync(world, waiting);

        Assert.InRange(taken!.Value, end, end + TimeSpan.FromSeconds(1.1));
    }

    [Fact]
    public void Plan_OfWorkersElsewhereThatNobodyCounted_IsCutForManyAndNotRefusedForItsDeadline()
    {
        var job = Samples.Job() with { WorkerMode = WorkerMode.Elsewhere, Deadline = TimeSpan.FromMinutes(2), UnitRows = 1, CheckpointRows = 1 };
        var manifest = Samples.Manifest([.. Enumerable.Repeat(1L, 500)]);
        var request = Samples.Request(manifest) with
        {
            Job = job,
            Prepared = Samples.Prepared(manifest, rowsPerSecond: 1),
            Offers = [Samples.Local(maxWorkers: 1)],
        };

        Assert.Equal(PlanLimits.WorkersElsewhere * PlanLimits.ShardsPerWorker, Samples.Plan(request).Shards.Count, 1.0);
        Assert.IsType<PlanOutcome.Refused>(RunPlanner.Plan(request with { Job = job with { Workers = 1 } }));
    }

    private static Task<WorkerOutcome> WorkAsync(World world, RunPlan plan, string name, Offering offering, CancellationToken drain) =>
        new WorkerLoop(world.WorkersWith(SilentRunLog.Instance), LeasePolicy.Default).RunAsync(plan, name, offering, null, drain, World.Stop);

    // A third one seals, since a coordinator without workers of its own has no sealers either.
    private static async Task SealAsync(World world, RunPlan plan)
    {
        while ((await world.Runs.FindAsync(plan.Run, World.Stop))!.State == RunState.Scoring)
            await Task.Delay(1, World.Stop);
        using var loop = new SealLoop(world.SealersOver(world.Blobs), LeasePolicy.Default, plan);
        Assert.IsType<SealOutcome.AllDone>(await loop.RunAsync("third", Spot, new ProgressBoard(), CancellationToken.None, World.Stop));
    }

    private static async Task PassAsync(World world, Task until)
    {
        while (!until.IsCompleted)
        {
            world.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(until, Task.Delay(1, World.Stop));
        }
    }

    private sealed class Seen(Action<RunProgress> see) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => see(value);
    }
}
