using BatchEngine.Domain;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Workers;

namespace BatchEngine.Scheduler.Tests.Workers;

public sealed class RoamingWorkerTests
{
    private readonly List<RunId> _visits = [];
    private readonly List<string> _notes = [];

    [Fact]
    public async Task Roaming_TwoOpenRuns_WorksOnTheOlderFirst()
    {
        await using var world = await World.CreateAsync();
        using var leave = new CancellationTokenSource();
        world.Job = world.Job with { Name = "a-newer" };
        var newer = await world.OpenRunAsync(p => p with { Run = new RunId("a-newer", Samples.Night.AddDays(1)) });
        world.Job = world.Job with { Name = "z-older" };
        var older = await world.OpenRunAsync();

        var committed = await Sut(world, async (run, drain) =>
        {
            var outcome = await WorkAsync(world, run == older.Run ? older : newer, drain);
            if (_visits.Count == 2)
                await leave.CancelAsync();
            return outcome;
        }).RunAsync(leave.Token);

        Assert.Equal([older.Run, newer.Run], _visits);
        Assert.Equal(older.Shards.Count + newer.Shards.Count, committed);
    }

    [Fact]
    public async Task Roaming_ShardOfAWorkerThatDied_IsTakenOverWithinFiveSecondsOfItsLeasesEnd()
    {
        await using var world = await World.CreateAsync();
        using var leave = new CancellationTokenSource();
        var plan = await world.OpenRunAsync();
        while (await world.Claims.TryAcquireAsync(plan.Run, "dead", LeasePolicy.Default.Ttl, World.Stop) is Storage.Database.Leases.LeaseOutcome.Granted)
        {
        }
        var expiry = world.Clock.GetUtcNow() + LeasePolicy.Default.Ttl;
        DateTimeOffset? taken = null;
        var roaming = Sut(world, (_, _) =>
        {
            taken = world.Clock.GetUtcNow();
            leave.Cancel();
            return Task.FromResult<WorkerOutcome>(new WorkerOutcome.NoneFree(0));
        }).RunAsync(leave.Token);

        while (!roaming.IsCompleted)
        {
            world.Clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(roaming, Task.Delay(1, World.Stop));
        }

        Assert.InRange(taken!.Value, expiry, expiry + TimeSpan.FromSeconds(5));
        Assert.Empty(_notes);
    }

    [Fact]
    public async Task Roaming_RunItCannotWorkOn_IsToldOnceAndTheNextIsWorkedOn()
    {
        await using var world = await World.CreateAsync();
        using var leave = new CancellationTokenSource();
        var odd = await world.OpenRunAsync();
        world.Job = world.Job with { Name = "other" };
        var other = await world.OpenRunAsync(p => p with { Run = new RunId("other", Samples.Night.AddDays(1)) });

        await Sut(world, async (run, drain) =>
        {
            if (run == odd.Run)
                return new WorkerOutcome.Unable("its model is not here");
            var outcome = await WorkAsync(world, other, drain);
            await leave.CancelAsync();
            return outcome;
        }).RunAsync(leave.Token);

        Assert.Equal([odd.Run, other.Run], _visits);
        Assert.Equal([$"{odd.Run} is left to others: its model is not here"], _notes);
    }

    [Fact]
    public async Task Roaming_VisitThatFails_IsToldAndDoesNotEndTheWorker()
    {
        await using var world = await World.CreateAsync();
        using var leave = new CancellationTokenSource();
        var plan = await world.OpenRunAsync();
        var roaming = Sut(world, (_, _) => _visits.Count == 1
            ? throw new StorageFailedException("blobs", "slow down", isTransient: true)
            : Task.FromResult<WorkerOutcome>(new WorkerOutcome.Drained(LeaveNow(leave)))).RunAsync(leave.Token);

        while (!roaming.IsCompleted)
        {
            world.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(roaming, Task.Delay(1, World.Stop));
        }

        Assert.Equal([plan.Run, plan.Run], _visits);
        Assert.Contains("slow down", Assert.Single(_notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Loop_ToldToLeaveWhenNoneIsFree_DoesNotWaitForTheLease()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        Assert.NotNull(await world.Claims.TryAcquireAsync(plan.Run, "other", TimeSpan.FromHours(1), World.Stop));

        var outcome = await WorkAsync(world, plan, CancellationToken.None);

        Assert.Equal(plan.Shards.Count - 1, Assert.IsType<WorkerOutcome.NoneFree>(outcome).ShardsCommitted);
    }

    private static int LeaveNow(CancellationTokenSource leave)
    {
        leave.Cancel();
        return 0;
    }

    private static Task<WorkerOutcome> WorkAsync(World world, RunPlan plan, CancellationToken drain) =>
        new WorkerLoop(world.WorkersWith(SilentRunLog.Instance), LeasePolicy.Default) { LeavesWhenNoneIsFree = true }
            .RunAsync(plan, "worker", Offering.Local, null, drain, World.Stop);

    private RoamingWorker Sut(World world, Func<RunId, CancellationToken, Task<WorkerOutcome>> visitAsync) => new(world.Runs, (run, drain) =>
    {
        _visits.Add(run);
        return visitAsync(run, drain);
    }, _notes.Add, world.Clock, new Random(1));
}
