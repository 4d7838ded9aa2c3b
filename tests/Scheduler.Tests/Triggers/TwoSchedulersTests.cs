using System.Collections.Concurrent;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scheduler.Triggers;
using BatchEngine.Scheduler.Workers;
using BatchEngine.Storage.Database.Engine;

namespace BatchEngine.Scheduler.Tests.Triggers;

/// <summary>Two processes schedule the same job on one file, in real time: every instant is run once, by one of them.</summary>
public sealed class TwoSchedulersTests
{
    private const int Nights = 4;

    [Fact]
    public async Task TwoSchedulers_OnOneFile_RunEveryInstantOnce()
    {
        await using var world = await World.CreateAsync();
        world.Job = world.Job with
        {
            Schedule = new Schedule("* * * * * ?", "UTC", MisfirePolicy.RunAll, OverlapPolicy.Queue),
        };
        var told = new Published(Nights);
        await using (var first = await ProcessOfScheduler.StartAsync(world, "first", told))
        await using (var second = await ProcessOfScheduler.StartAsync(world, "second", told))
            await told.Enough.WaitAsync(TimeSpan.FromMinutes(2), World.Stop);

        var runs = await world.Runs.ListAsync(world.Job.Name, 1_000, World.Stop);
        var published = runs.Where(r => r.State == RunState.Published).ToList();
        Assert.True(published.Count >= Nights, $"{published.Count} published");
        foreach (var run in runs)
        {
            var decisions = await world.Decisions.ListAsync(run.Run, World.Stop);
            Assert.Single(decisions, d => d.Subject == DecisionSubject.Capacity);
            Assert.True(decisions.Count(d => d.Subject == DecisionSubject.Publish) == (run.State == RunState.Published ? 1 : 0), run.ToString());
        }
        Assert.All(world.Scorer.Scored, unit => Assert.True(unit.Value <= runs.Count, $"{unit.Key} was scored {unit.Value} times in {runs.Count} runs"));
        Assert.Equal(published.Max(r => r.Run.ScheduledAt), (await world.Snapshots.CurrentAsync("churn", World.Stop))!.AsOf);
    }

    /// <summary>The instants that were published, whoever tells it first. Safe for many threads.</summary>
    private sealed class Published(int enough)
    {
        private readonly ConcurrentDictionary<DateTimeOffset, bool> _told = new();
        private readonly TaskCompletionSource _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Enough => _enough.Task;

        public void Tell(DateTimeOffset instant)
        {
            _told.TryAdd(instant, true);
            if (_told.Count >= enough)
                _enough.TrySetResult();
        }
    }

    /// <summary>One process: its own connections, its own coordinator, its own scheduler.</summary>
    private sealed class ProcessOfScheduler : IRunStarter, IAsyncDisposable
    {
        private readonly StateDatabase _database;
        private readonly NightRun _night;
        private readonly Published _told;
        private JobScheduler _scheduler = null!;

        private ProcessOfScheduler(StateDatabase database, World world, string name, Published told)
        {
            (_database, _told) = (database, told);
            var stores = RunStores.Over(database, world.Blobs);
            var workers = new WorkerServices(stores, world.Scorer, SilentRunLog.Instance, TimeProvider.System);
            _night = new NightRun(new NightRunServices(stores, new RunPorts(world, world, world, world), SilentRunLog.Instance, TimeProvider.System),
                new RunSettings(name, LeasePolicy.Default, new InProcessWorkers(workers, LeasePolicy.Default, name), null) { SweepGrace = null });
        }

        public static async Task<ProcessOfScheduler> StartAsync(World world, string name, Published told)
        {
            var database = await StateDatabase.OpenAsync(world.Database.Place, TimeProvider.System, World.Stop);
            var process = new ProcessOfScheduler(database, world, name, told);
            process._scheduler = await JobScheduler.OpenAsync(database, process, new FakeStarter(),
                TriggerSettings.Default with { FollowEvery = TimeSpan.FromMilliseconds(50), Source = new(name, name, TimeSpan.FromSeconds(30)) },
                TimeProvider.System, World.Stop);
            await process._scheduler.SyncAsync([world.Job], World.Stop);
            await process._scheduler.StartAsync(World.Stop);
            return process;
        }

        public async Task<RunOutcome> StartAsync(ScoringJob job, DateTimeOffset scheduledAt, CancellationToken drain)
        {
            var outcome = await _night.RunAsync(job, scheduledAt, null, drain, World.Stop);
            if (outcome is RunOutcome.Published)
                _told.Tell(scheduledAt);
            return outcome;
        }

        public async ValueTask DisposeAsync()
        {
            await _scheduler.DisposeAsync();
            await _database.DisposeAsync();
        }
    }
}
