using BatchEngine.Domain;
using BatchEngine.Scheduler.Triggers;
using BatchEngine.Storage.Database.Engine;
using Microsoft.Data.Sqlite;

namespace BatchEngine.Scheduler.Tests.Triggers;

/// <summary>Quartz shares the state database, so its writes wait for another's transaction as long as ours do. In real time, and alone, because it
/// waits.</summary>
public sealed class LockedFileTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("batchengine-locked-").FullName;
    private StateDatabase _database = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await StateDatabase.OpenAsync(Path.Combine(_folder, "state.db"), TimeProvider.System, Stop);

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Sync_FileLockedForLongerThanOneTry_WaitsAsEveryOtherWriteDoes()
    {
        await using var scheduler =
            await JobScheduler.OpenAsync(_database, new FakeStarter(), TriggerSettings.Default, TimeProvider.System, Stop);
        await scheduler.SyncAsync([Job("nightly")], Stop);
        await using var elsewhere = new SqliteConnection($"Data Source={_database.Path}");
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
