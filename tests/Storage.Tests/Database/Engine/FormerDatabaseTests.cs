using System.IO.Compression;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.TestKit.Folders;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.Storage.Tests.Database.Engine;

/// <summary>A database of schema version 2, kept as its program left it: one night published, the next killed with its lead, a lease and a
/// checkpoint.</summary>
public sealed class FormerDatabaseTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Later = new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly RunId Published = RunId.Parse("golden_20261101T020000Z");
    private static readonly RunId Killed = RunId.Parse("golden_20261102T020000Z");
    private readonly TemporaryFolder _folder = new();
    private StateDatabase _database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await using (var packed = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Database", "Golden", "state-schema-2.db.gz")))
        await using (var unpacked = new GZipStream(packed, CompressionMode.Decompress))
        await using (var file = File.Create(_folder["state.db"]))
            await unpacked.CopyToAsync(file, Ct);
        _database = await StateDatabase.OpenAsync(_folder["state.db"], new FakeTimeProvider(Later), Ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Open_OfSchema2_BringsEveryTableToThisVersion()
    {
        Assert.Equal(SchemaMigration.Embedded.Count, await _database.ReadAsync(tx => tx.NumberAsync("SELECT MAX(number) FROM schema_versions"), Ct));
        Assert.Equal("ok", (await _database.ReadAsync(tx => tx.QueryAsync<string>("PRAGMA integrity_check"), Ct)).Single());
        Assert.Empty(await _database.ReadAsync(tx => tx.QueryAsync<string>("PRAGMA foreign_key_check"), Ct));
    }

    [Fact]
    public async Task Open_OfSchema2_FindsWhatWasPublished()
    {
        var current = (await new SnapshotStore(_database).CurrentAsync("churn", Ct))!;
        Assert.Equal((1L, Published, 2000L), (current.Id, current.Run, current.Keys));
        Assert.Equal(TimeSpan.FromHours(36), Assert.Single(await new SnapshotStore(_database).ContractsAsync(Ct)).Contract.MaxAge);
        Assert.Equal(Published, await new RunStore(_database).LatestPublishedAsync("golden", Ct));
        Assert.Equal(2000, (await new ReceiptStore(_database).ListAsync(Published, Ct)).Sum(r => r.Final.Counts.Scored));
        Assert.NotEmpty(await new ProfileStore(_database).FindAsync(Published, Ct));
        Assert.NotNull(await new ProfileStore(_database).FindDriftAsync(Published, Ct));
        Assert.Equal(5, (await new DecisionStore(_database).ListAsync(null, Ct)).Count);
        Assert.Equal(2000, (await new UsageStore(_database).ListAsync(Published, Ct)).Sum(u => u.Predictions));
    }

    [Fact]
    public async Task Open_OfSchema2_GoesOnWithTheNightThatWasKilled()
    {
        Assert.Equal(2005, (await new RunStore(_database).PlanAsync(Killed, Ct))!.Manifest.Rows);
        var lead = Assert.IsType<LeadOutcome.Taken>(
            await new LeadStore(_database, "process").TryTakeAsync(Killed, "next", TimeSpan.FromMinutes(1), Ct)).Lead;
        Assert.Equal(2, lead.Fence.Value);
        var granted = Assert.IsType<LeaseOutcome.Granted>(await new ClaimStore(_database).TryAcquireAsync(Killed, "next-w0", TimeSpan.FromMinutes(1), Ct));
        Assert.Equal((2L, 4, true, new ShardAttempts(1, 0)),
            (granted.Lease.Fence.Value, granted.From.NextUnitIndex, granted.TakenOver, granted.Attempts));
        Assert.True(await new RunStore(_database).MoveAsync(lead, RunState.Scoring, RunState.Failed, "enough", null, Ct));
    }
}
