using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.TestKit.Databases;

namespace BatchEngine.Scheduler.Tests.Runs;

/// <summary>The deadline and the workers of a run are watched while it goes on.</summary>
public sealed class WatchedRunTests
{
    private const long Rows = 40;

    [Fact]
    public async Task Deadline_SpeedTooSlowThenFastEnoughThenGone_IsToldOnceEach()
    {
        await using var world = await World.CreateAsync();
        var (context, log) = await ContextAsync(world, deadline: TimeSpan.FromMinutes(11));
        var watch = context.Deadline;

        // A row in 30 s: 40 rows take 20 minutes, 10 are left.
        await PassAsync(world, watch, from: 0, rowsPerLook: 1, looks: 6, every: TimeSpan.FromSeconds(30));
        Assert.NotNull(watch.LateEnd);
        Assert.Equal(watch.LateEnd, Assert.Single(await world.Runs.TroublesAsync(World.Stop)).LateEnd);
        await PassAsync(world, watch, from: 6, rowsPerLook: 5, looks: 6, every: TimeSpan.FromSeconds(30));
        Assert.Null(watch.LateEnd);
        Assert.Empty(await world.Runs.TroublesAsync(World.Stop));
        world.Clock.Advance(TimeSpan.FromMinutes(6));
        await watch.LookMissedAsync(World.Stop);
        await watch.LookMissedAsync(World.Stop);

        Assert.Equal([RunEventKind.DeadlineAtRisk, RunEventKind.DeadlineSafe, RunEventKind.DeadlineMissed], log.Kinds);
        Assert.Equal(["is going to miss its deadline", "meets its deadline after all", "goes on after its deadline"],
            (await world.Decisions.ListAsync(context.Run, World.Stop)).Where(d => d.Subject == DecisionSubject.Deadline).Select(d => d.Choice));
    }

    [Fact]
    public async Task Deadline_BurstsOfCheckpointsThatAreInTime_AreNoAlarm()
    {
        await using var world = await World.CreateAsync();
        var (context, log) = await ContextAsync(world, deadline: TimeSpan.FromMinutes(11));

        // 10 rows in 100 s, all at the end: nothing for 90 s is no alarm.
        for (var burst = 1; burst <= 4; burst++)
        {
            await PassAsync(world, context.Deadline, from: (burst - 1) * 10, rowsPerLook: 0, looks: 18, every: TimeSpan.FromSeconds(5));
            await PassAsync(world, context.Deadline, from: burst * 10, rowsPerLook: 0, looks: 2, every: TimeSpan.FromSeconds(5));
        }

        Assert.Empty(log.Kinds);
    }

    [Fact]
    public async Task Crew_NobodyForAWhile_IsToldOnceWithSinceWhenAndTakenBack()
    {
        await using var world = await World.CreateAsync();
        var (context, log) = await ContextAsync(world, deadline: null);
        var since = world.Clock.GetUtcNow();

        for (var look = 0; look < 5; look++)
        {
            await LookAsync(world, context);
            world.Clock.Advance(LeasePolicy.Default.RenewEvery / 2);
        }
        Assert.Equal(since, context.Crew.NobodySince);
        Assert.Equal(since, Assert.Single(await world.Runs.TroublesAsync(World.Stop)).UnworkedSince);
        Assert.IsType<LeaseOutcome.Granted>(await world.Claims.TryAcquireAsync(context.Run, "w", LeasePolicy.Default.Ttl, World.Stop));
        await LookAsync(world, context);

        Assert.Null(context.Crew.NobodySince);
        Assert.Empty(await world.Runs.TroublesAsync(World.Stop));
        Assert.Equal([RunEventKind.NobodyWorks, RunEventKind.WorkersCame], log.Kinds);
    }

    [Fact]
    public async Task Crew_WorkerWhoseProcessHasEnded_LosesItsLeaseWithoutAnybodyWaiting()
    {
        await using var world = await World.CreateAsync();
        world.Processes = new FakeProcesses("own");
        world.Processes.Ended.Add("dead");
        var (context, _) = await ContextAsync(world, deadline: null);
        await new ClaimStore(world.Database, "dead").TryAcquireAsync(context.Run, "w", TimeSpan.FromHours(1), World.Stop);

        await LookAsync(world, context);

        Assert.Contains(await world.Claims.ProgressAsync(context.Run, World.Stop), s => s.State == ShardState.Expired);
    }

    private static async Task LookAsync(World world, RunContext context) =>
        await context.Crew.LookAsync(await world.Claims.ProgressAsync(context.Run, World.Stop), world.Clock.GetUtcNow(), World.Stop);

    private static async Task PassAsync(World world, DeadlineWatch watch, long from, long rowsPerLook, int looks, TimeSpan every)
    {
        for (var look = 0; look < looks; look++)
        {
            world.Clock.Advance(every);
            await watch.LookNowAndThenAsync(from + ((look + 1) * rowsPerLook), world.Clock.GetUtcNow(), World.Stop);
        }
    }

    private static async Task<(RunContext, KindLog)> ContextAsync(World world, TimeSpan? deadline)
    {
        world.Job = world.Job with { Deadline = deadline };
        world.Manifest = Samples.Manifest([Rows]);
        var plan = await world.OpenRunAsync();
        var lead = await OpenedRuns.LeadAsync(world.Database, plan.Run, World.Stop);
        var log = new KindLog();
        var settings = new RunSettings("here", LeasePolicy.Default, null!, null) { Processes = world.Processes };
        return (new RunContext(world.Services(log), settings, plan, lead, null), log);
    }

    private sealed class KindLog : IRunLog
    {
        public List<RunEventKind> Kinds { get; } = [];

        public void Write(RunEvent happened) => Kinds.Add(happened.Kind);
    }
}
