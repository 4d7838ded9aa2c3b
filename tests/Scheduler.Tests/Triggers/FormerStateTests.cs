using System.IO.Compression;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Triggers;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Lanes;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.TestKit.Databases;
using BatchEngine.TestKit.Folders;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.Scheduler.Tests.Triggers;

/// <summary>A database of schema version 1, written by the program of that time: the state of its lanes sits in Quartz's tables and is carried over.</summary>
public sealed class FormerStateTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Night = new(2026, 11, 23, 2, 0, 0, TimeSpan.Zero);
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(Night.AddHours(5));
    private readonly FakeStarter _starter = new();
    private StateDatabase _database = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var path = _folder["state.db"];
        await using (var packed = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Triggers", "Golden", "state-schema-1.db.gz")))
        await using (var unpacked = new GZipStream(packed, CompressionMode.Decompress))
        await using (var file = File.Create(path))
            await unpacked.CopyToAsync(file, Stop);
        _database = await StateDatabase.OpenAsync(path, _clock, Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Sync_StateOfAnEarlierVersion_IsCarriedOverOnce()
    {
        await using var scheduler = await OpenAsync();
        await scheduler.SyncAsync([Job("nightly", "0 0 2 * * ?"), Job("resting", "0 0 3 * * ?")], Stop);

        var nightly = (await new LaneStore(_database).FindAsync("nightly", Stop))!;
        Assert.Equal((Night, false), (nightly.HandledThrough, nightly.IsPaused));
        Assert.Equal([Night], nightly.Pending);
        var resting = (await new LaneStore(_database).FindAsync("resting", Stop))!;
        Assert.True(resting.IsPaused);
        Assert.Empty(resting.Pending);

        Assert.True(await new PauseSwitch(_database).SetAsync("resting", false, Stop));
        await using var again = await OpenAsync();
        await again.SyncAsync([Job("nightly", "0 0 2 * * ?"), Job("resting", "0 0 3 * * ?")], Stop);
        Assert.False((await new LaneStore(_database).FindAsync("resting", Stop))!.IsPaused);
    }

    [Fact]
    public async Task Sync_JobThatVanishedWithTheUpgrade_IsUnscheduledAndSaidSo()
    {
        await using var scheduler = await OpenAsync();

        await scheduler.SyncAsync([Job("nightly", "0 0 2 * * ?")], Stop);

        Assert.Equal("nightly", Assert.Single(await new LaneStore(_database).ListAsync(Stop)).Job);
        Assert.Contains(await new DecisionStore(_database).ListAsync(null, Stop), d => d.Choice == "job gone: unscheduled");
    }

    [Fact]
    public async Task Sync_StateThatCannotBeRead_StartsAnewAndSaysWhatIsLost()
    {
        await _database.ExecuteSqlAsync("""
            UPDATE QRTZ_JOB_DETAILS SET JOB_DATA = CAST(replace(CAST(JOB_DATA AS TEXT), '2026-11-23T02', 'yesterday') AS BLOB) WHERE JOB_NAME = 'nightly'
            """, Stop);
        await using var scheduler = await OpenAsync();

        await scheduler.SyncAsync([Job("nightly", "0 0 2 * * ?"), Job("resting", "0 0 3 * * ?")], Stop);

        var nightly = (await new LaneStore(_database).FindAsync("nightly", Stop))!;
        Assert.Equal((_clock.GetUtcNow(), 0), (nightly.HandledThrough, nightly.Pending.Count));
        Assert.True((await new LaneStore(_database).FindAsync("resting", Stop))!.IsPaused);
        var said = Assert.Single(await new DecisionStore(_database).ListAsync(null, Stop), d => d.Choice == "job nightly: starts anew");
        Assert.Contains("yesterday", said.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_NothingKept_IsNull() => Assert.Null(FormerLaneState.Find("churn", _ => null));

    [Fact]
    public void Find_HalfOfItOrNoInstant_IsCorrupt()
    {
        Assert.Throws<CorruptDataException>(() => FormerLaneState.Find("churn", _ => "yesterday"));
        Assert.Throws<CorruptDataException>(() => FormerLaneState.Find("churn", name => name == "paused" ? "true" : null));
    }

    private Task<JobScheduler> OpenAsync() => JobScheduler.OpenAsync(_database, _starter, _starter, TriggerSettings.Default, _clock, Stop);

    private static ScoringJob Job(string name, string cron) =>
        Samples.Job(name) with { Schedule = new Schedule(cron, "UTC", MisfirePolicy.RunAll, OverlapPolicy.Queue) };
}
