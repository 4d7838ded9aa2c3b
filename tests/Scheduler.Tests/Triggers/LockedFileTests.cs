using BatchEngine.Domain;
using BatchEngine.Scheduler.Triggers;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.TestKit.Folders;
using Microsoft.Data.Sqlite;

namespace BatchEngine.Scheduler.Tests.Triggers;

/// <summary>Quartz shares the state database, so its writes wait for another's transaction as long as ours do. In real time, and alone, because it
/// waits.</summary>
public sealed class LockedFileTests : IAsyncLifetime
{
    private StateFolder _state = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private StateDatabase Database => _state.Database;

    public async ValueTask InitializeAsync() => _state = await StateFolder.OpenAsync(TimeProvider.System, Stop);

    public ValueTask DisposeAsync() => _state.DisposeAsync();

    [Fact]
    public async Task Sync_FileLockedForLongerThanOneTry_WaitsAsEveryOtherWriteDoes()
    {
        await using var scheduler =
            await JobScheduler.OpenAsync(Database, new FakeStarter(), TriggerSettings.Default, TimeProvider.System, Stop);
        await scheduler.SyncAsync([Job("nightly")], Stop);
        await using var elsewhere = new SqliteConnection($"Data Source={Database.Path}");
        await elsewhere.OpenAsync(Stop);
        var held = elsewhere.BeginTransaction(deferred: false);

        var sync = Task.Run(() => scheduler.SyncAsync([Job("weekly")], Stop), Stop);
        await Task.WhenAny(sync, Task.Delay(TimeSpan.FromSeconds(9), Stop));
        await held.RollbackAsync(Stop);

        await sync;
        Assert.Equal("weekly", Assert.Single(await scheduler.ListAsync(Stop)).Name);
    }

    private static ScoringJob Job(string name) =>
        Samples.Job(name) with { Schedule = new Schedule("0 0 2 * * ?", "UTC", MisfirePolicy.RunAll, OverlapPolicy.Queue) };
}
