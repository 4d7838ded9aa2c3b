using BatchEngine.TestKit.Amounts;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Engine.Sqlite;
using BatchEngine.Storage.Database.Ledger;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.Storage.Tests.Database.Engine;

public sealed class StateDatabaseTests : IDisposable
{
    private readonly SqliteFile _file = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 23, 2, 0, 0, 123, TimeSpan.Zero));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Open_ManyAtOnce_MigratesOnce()
    {
        var databases = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _file.OpenAsync(_clock), Ct)));
        var versions = await databases[0].ReadAsync(tx => tx.QueryAsync<long>("SELECT number FROM schema_versions ORDER BY number"), Ct);
        Assert.Equal(Enumerable.Range(1, SchemaMigration.Embedded.Count).Select(n => (long)n), versions);
        foreach (var database in databases)
            await database.DisposeAsync();
    }

    [Fact]
    public async Task Open_MissingFolder_IsCreatedAndTheLogIsWriteAhead()
    {
        var path = Path.Combine(Path.GetDirectoryName(_file.FilePath)!, "a", "b", "state.db");
        await using var database = await StateDatabase.OpenAsync(path, _clock, Ct);
        Assert.True(File.Exists(path));
        Assert.Equal("wal", (await database.ReadAsync(tx => tx.QueryAsync<string>("PRAGMA journal_mode"), Ct)).Single());
        Assert.Equal(_clock.GetUtcNow(), await database.NowAsync(Ct));
    }

    [Fact]
    public async Task Open_NewerThanTheProgram_IsRefusedWithBothVersions()
    {
        await using (var database = await _file.OpenAsync(_clock))
            await database.WriteAsync(tx => tx.ExecuteAsync("INSERT INTO schema_versions (number, name, applied_at) VALUES (9999, 'future', 0)"), Ct);
        var refused = await Assert.ThrowsAsync<StorageFailedException>(() => _file.OpenAsync(_clock));
        Assert.Contains("schema version 9999", refused.Message);
        Assert.Contains($"only up to {SchemaMigration.Embedded.Count}", refused.Message);
        Assert.False(refused.IsTransient);
    }

    [Fact]
    public async Task Open_NoDatabase_IsCorrupt()
    {
        await File.WriteAllTextAsync(_file.FilePath, new string('x', 4096), Ct);
        var refused = await Assert.ThrowsAsync<CorruptDataException>(() => _file.OpenAsync(_clock));
        Assert.Equal(_file.FilePath, refused.Place);
        Assert.Equal(new string('x', 4096), await File.ReadAllTextAsync(_file.FilePath, Ct));
    }

    [Fact]
    public async Task Open_PathIsAFolder_SaysSo()
    {
        Directory.CreateDirectory(_file.FilePath);
        Assert.Contains("cannot be opened", (await Assert.ThrowsAsync<StorageFailedException>(() => _file.OpenAsync(_clock))).Message);
    }

    [Fact]
    public async Task Migration_FailingHalfWay_LeavesNothingOfItself()
    {
        await using var database = await _file.OpenAsync(_clock);
        SchemaMigration[] broken =
            [.. SchemaMigration.Embedded, new(SchemaMigration.Embedded.Count + 1, "broken", "CREATE TABLE half (a TEXT); CREATE TABLE half (a TEXT);")];
        await using var engine = new SqliteEngine(_file.FilePath, _clock);
        await Assert.ThrowsAsync<StorageFailedException>(() => SchemaMigration.BringUpAsync(engine, broken, Ct));
        Assert.Equal(0, await database.ReadAsync(tx => tx.NumberAsync("SELECT COUNT(*) FROM sqlite_master WHERE name = 'half'"), Ct));
        Assert.Equal(SchemaMigration.Embedded.Count, await database.ReadAsync(tx => tx.NumberAsync("SELECT MAX(number) FROM schema_versions"), Ct));
    }

    [Fact]
    public async Task Write_FailingDelegate_LeavesNothing()
    {
        await using var database = await _file.OpenAsync(_clock);
        await Assert.ThrowsAsync<InvariantBrokenException>(() => database.WriteAsync<long>(async tx =>
        {
            await tx.NextAsync("snapshot");
            throw new InvariantBrokenException("planted", "here");
        }, Ct));
        Assert.Equal(1, await database.WriteAsync(tx => tx.NextAsync("snapshot"), Ct));
    }

    [Fact]
    public async Task Write_BrieflyLockedByAnother_WaitsAndSucceeds()
    {
        await using var database = await _file.OpenAsync(_clock);
        await using var other = new SqliteConnection($"Data Source={database.Place}");
        await other.OpenAsync(Ct);
        var transaction = other.BeginTransaction(deferred: false);
        var write = Task.Run(() => database.WriteAsync(tx => tx.NextAsync("snapshot"), Ct), Ct);
        Assert.Equal(0, await database.ReadAsync(tx => tx.NumberAsync("SELECT value FROM counters WHERE name = 'snapshot'"), Ct));
        Assert.False(write.IsCompleted);
        await transaction.RollbackAsync(Ct);
        Assert.Equal(1, await write);
    }

    [Fact]
    public async Task Write_LockedForGood_FailsTransientlyAndNamesTheHolders()
    {
        await using var database = await _file.OpenAsync(_clock);
        await using var other = new SqliteConnection($"Data Source={database.Place}");
        await other.OpenAsync(Ct);
        await using var transaction = other.BeginTransaction(deferred: false);
        var failure = await Assert.ThrowsAsync<StorageFailedException>(() => database.WriteAsync(tx => tx.NextAsync("snapshot"), Ct));
        Assert.True(failure.IsTransient);
        Assert.Contains("locked", failure.Message);
        if (OperatingSystem.IsLinux())
            Assert.Contains($"process {Environment.ProcessId}, this one", failure.Message);
    }

    [Fact]
    public async Task Write_DiskFull_SaysSoAndWritesNothing()
    {
        await using var database = await _file.OpenAsync(_clock);
        var failure = await Assert.ThrowsAsync<StorageFailedException>(() => database.WriteAsync(async tx =>
        {
            await tx.NextAsync("snapshot");
            var pages = await tx.NumberAsync("PRAGMA page_count");
            await tx.ExecuteAsync($"PRAGMA max_page_count = {pages + 2}");
            return await tx.ExecuteAsync("INSERT INTO jobs (name, job_json, saved_at) VALUES ('big', @json, 0)", new { json = new string('x', 1 << 20) });
        }, Ct));
        Assert.Contains("disk is full", failure.Message);
        Assert.False(failure.IsTransient);
        Assert.Equal(0, await database.ReadAsync(tx => tx.NumberAsync("SELECT value FROM counters WHERE name = 'snapshot'"), Ct));
    }

    [Fact]
    public async Task AppendOnly_ReplacedRow_IsRefused()
    {
        await using var database = await _file.OpenAsync(_clock);
        var quote = new PriceQuote(Offering.Local, Money.Usd(1), "a", _clock.GetUtcNow(), null);
        await new PriceReadings(database).RecordAsync("/prices", [("a.yaml", [quote])], Ct);
        await Assert.ThrowsAsync<StorageFailedException>(() =>
            database.WriteAsync(tx => tx.ExecuteAsync("INSERT OR REPLACE INTO price_readings SELECT * FROM price_readings"), Ct));
        Assert.Single(await new PriceReadings(database).ListAsync("/prices", Ct));
    }

    [Fact]
    public async Task Cancelled_BeforeTheWrite_ChangesNothing()
    {
        await using var database = await _file.OpenAsync(_clock);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            database.WriteAsync(tx => tx.NextAsync("snapshot"), new CancellationToken(canceled: true)));
        Assert.Equal(1, await database.WriteAsync(tx => tx.NextAsync("snapshot"), Ct));
    }
}
