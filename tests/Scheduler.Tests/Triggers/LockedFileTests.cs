using BatchEngine.Domain;
using BatchEngine.Scheduler.Triggers;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.TestKit.Folders;
using Microsoft.Data.Sqlite;

namespace BatchEngine.Scheduler.Tests.Triggers;

/// <summary>The state database is locked by another process when a job is due. In real time, and alone, because it waits.</summary>
public sealed class LockedFileTests : IAsyncLifetime
{
    private StateFolder _state = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private StateDatabase Database => _state.Database;

    public async ValueTask InitializeAsync() => _state = await StateFolder.OpenAsync(TimeProvider.System, Stop);

    public ValueTask DisposeAsync() => _state.DisposeAsync();

    [Fact]
    public async Task Fire_FileLockedAtTheMomentOfTheAlarm_StartsTheRunWhenItIsFree()
    {
        var starter = new FakeStarter();
        await using var scheduler = await JobScheduler.OpenAsync(Database, starter, starter, TriggerSettings.Default, TimeProvider.System, Stop);
        await scheduler.SyncAsync([Job("often", "* * * * * ?")], Stop);
        await using var elsewhere = new SqliteConnection($"Data Source={Database.Place}");
        await elsewhere.OpenAsync(Stop);
        await scheduler.StartAsync(Stop);
        await starter.NextAsync();
        var held = elsewhere.BeginTransaction(deferred: false);
        var before = starter.Started.Count;
        await Task.Delay(TimeSpan.FromSeconds(9), Stop);
        Assert.InRange(starter.Started.Count, before, before + 1);

        await held.RollbackAsync(Stop);

        await starter.NextAsync(3);
        Assert.False(scheduler.Failed.IsCompleted);
        // One run was going when the lock came: its end could not be written, so it may be started once more, which finds it ended.
        var started = starter.Started.ToArray(); // Others start meanwhile.
        Assert.InRange(started.Length - started.Distinct().Count(), 0, 1);
    }

    private static ScoringJob Job(string name, string cron) =>
        Samples.Job(name) with { Schedule = new Schedule(cron, "UTC", MisfirePolicy.RunAll, OverlapPolicy.Queue) };
}
