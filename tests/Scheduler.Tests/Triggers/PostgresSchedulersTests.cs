using System.Collections.Concurrent;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scheduler.Triggers;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Lanes;
using BatchEngine.TestKit.Postgres;

namespace BatchEngine.Scheduler.Tests.Triggers;

/// <summary>Three schedulers on one PostgreSQL, in real time, on machines whose clocks are minutes apart.</summary>
public sealed class PostgresSchedulersTests : IAsyncLifetime
{
    private const int Nights = 4;
    private readonly PostgresDatabase _postgres = new();
    private readonly Stack<IAsyncDisposable> _opened = new();
    private StateDatabase _database = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await _postgres.OpenAsync(TimeProvider.System, Stop);

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _postgres.DropAsync();
    }

    [Fact]
    public async Task Schedulers_WithClocksMinutesApart_StartNothingEarlyAndTellEachInstantOnce()
    {
        var early = new ConcurrentQueue<string>();
        var starter = new FakeStarter();
        starter.Ending = async (at, _) =>
        {
            var now = await _database.NowAsync(Stop);
            if (now < at)
                early.Enqueue($"{at:O} at {now:O}");
            return new RunOutcome.Cancelled(new RunId("often", at), "fake");
        };
        foreach (var minutes in (int[])[0, 5, -5])
        {
            var clock = new ShiftedClock(TimeSpan.FromMinutes(minutes));
            var name = $"machine{minutes}:/jobs";
            var database = await StateDatabase.OpenAsync(_postgres.ConnectionString, TimeProvider.System, Stop);
            var scheduler = await JobScheduler.OpenAsync(database, starter, starter,
                TriggerSettings.Default with { SweepEvery = TimeSpan.FromSeconds(1), Source = new LaneSource(name, "/jobs", TimeSpan.FromSeconds(30)) }, clock,
                Stop);
            _opened.Push(scheduler);
            _opened.Push(database);
            await scheduler.SyncAsync([Samples.Job("often") with { Schedule = new Schedule("* * * * * ?", "UTC", MisfirePolicy.RunAll, OverlapPolicy.Queue) }],
                Stop);
            await scheduler.StartAsync(Stop);
        }
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (starter.Told.Count < Nights)
            await Task.Delay(100, patience.Token);
        var databases = _opened.OfType<StateDatabase>().ToList();
        foreach (var scheduler in _opened.OfType<JobScheduler>())
            await scheduler.DisposeAsync();
        foreach (var database in databases)
            await database.DisposeAsync();

        Assert.Empty(early);
        Assert.DoesNotContain(starter.Told, t => t.StartsWith("trouble", StringComparison.Ordinal));
        Assert.Equal(starter.Told.Distinct(), starter.Told);
        var lane = (await new LaneStore(_database).FindAsync("often", Stop))!;
        Assert.True(lane.HandledThrough <= await _database.NowAsync(Stop));
    }
}
