using System.IO.Compression;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Copying;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Lanes;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.TestKit.Folders;
using BatchEngine.TestKit.Postgres;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.Storage.Tests.Database.Copying;

/// <summary>The database of an earlier version, with a night published and one killed, moves to PostgreSQL.</summary>
public sealed class StateCopyTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Later = new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly RunId Published = RunId.Parse("golden_20261101T020000Z");
    private static readonly RunId Killed = RunId.Parse("golden_20261102T020000Z");
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(Later);
    private PostgresServer _server = null!;
    private string _name = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Source => _folder["state.db"];

    private string Target => _server.ConnectionString(_name);

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.SharedAsync();
        _name = await _server.CreateEmptyAsync();
        await using (var packed = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Database", "Golden", "state-schema-2.db.gz")))
        await using (var unpacked = new GZipStream(packed, CompressionMode.Decompress))
        await using (var file = File.Create(Source))
            await unpacked.CopyToAsync(file, Ct);
        await using var database = await StateDatabase.OpenAsync(Source, _clock, Ct);
        await new FormerLanes(database).ForgetAsync(Ct);
    }

    public async ValueTask DisposeAsync()
    {
        _folder.Dispose();
        if (_name.Length > 0)
            await _server.DropAsync(_name);
    }

    [Fact]
    public async Task Copy_ToAnEmptyDatabase_TakesEveryTableAndWorkGoesOn()
    {
        var told = new List<CopiedTable>();
        var copied = await StateCopy.RunAsync(Source, Target, _clock, told.Add, Ct);

        Assert.Equal(copied.Tables, told);
        Assert.Equal(StateTables.InOrder, copied.Tables.Select(t => t.Name));
        Assert.DoesNotContain("not-to-be-shown", copied.ToString(), StringComparison.Ordinal);
        await using var target = await StateDatabase.OpenAsync(Target, _clock, Ct);
        foreach (var table in copied.Tables)
            Assert.Equal(table.Rows, await target.ReadAsync(tx => tx.NumberAsync($"SELECT COUNT(*) FROM {table.Name}"), Ct));
        Assert.Equal(0, await target.ReadAsync(tx => tx.NumberAsync("SELECT COUNT(*) FROM counters WHERE name = 'snapshot' AND value = 0"), Ct));
        Assert.Equal((1L, Published), await CurrentAsync(target));
        Assert.Equal(5, (await new DecisionStore(target).ListAsync(null, Ct)).Count);

        // The killed night is led again under a newer fence than before.
        Assert.IsType<LeadOutcome.Taken>(await new LeadStore(target).TryTakeAsync(Killed, "next", TimeSpan.FromMinutes(1), Ct));
    }

    [Fact]
    public async Task Copy_BackToSqlite_GivesTheSameDigests()
    {
        var there = await StateCopy.RunAsync(Source, Target, _clock, _ => { }, Ct);
        var back = await StateCopy.RunAsync(Target, _folder["back.db"], _clock, _ => { }, Ct);

        Assert.Equal(there.Tables, back.Tables);
        await using var again = await StateDatabase.OpenAsync(_folder["back.db"], _clock, Ct);
        Assert.Empty(await again.ReadAsync(tx => tx.QueryAsync<string>("PRAGMA foreign_key_check"), Ct));
    }

    [Fact]
    public async Task Copy_OfMoreRowsThanOnePortion_TakesEachOnce()
    {
        await using (var database = await StateDatabase.OpenAsync(Source, _clock, Ct))
        {
            await database.WriteAsync(tx => tx.ExecuteAsync("""
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1234)
                INSERT INTO answers (serving_name, hour_at, source, reason, answered) SELECT 'größer ' || (i % 7), i, 'a', 'b', i FROM n
                """), Ct);
        }
        var copied = await StateCopy.RunAsync(Source, Target, _clock, _ => { }, Ct);
        Assert.Equal(1234, copied.Tables.Single(t => t.Name == "answers").Rows - await SourceRowsAsync("answers WHERE source <> 'a'"));
    }

    [Fact]
    public async Task Copy_IntoADatabaseWithRows_IsRefusedAndAddsNothing()
    {
        await StateCopy.RunAsync(Source, Target, _clock, _ => { }, Ct);
        var refused = await Assert.ThrowsAsync<BadInputException>(() => StateCopy.RunAsync(Source, Target, _clock, _ => { }, Ct));
        Assert.Contains("rows in the table", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not-to-be-shown", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NEW.note := NEW.note || 'x'; RETURN NEW;")]
    [InlineData("RETURN NULL;")]
    public async Task Copy_ThatReadsBackDifferently_NamesTheTableAndKeepsNothing(string damage)
    {
        await (await StateDatabase.OpenAsync(Target, _clock, Ct)).DisposeAsync();
        // Of the rows that nothing refers to, so that only the comparison can find it.
        var table = damage.StartsWith("NEW", StringComparison.Ordinal) ? "runs" : "decisions";
        await _server.ExecuteAsync(_name, $"CREATE FUNCTION damage() RETURNS trigger LANGUAGE plpgsql AS $d$ BEGIN {damage} END $d$;"
            + $"CREATE TRIGGER damage BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION damage()");

        var refused = await Assert.ThrowsAsync<StorageFailedException>(() => StateCopy.RunAsync(Source, Target, _clock, _ => { }, Ct));
        Assert.Contains($"the table {table} reads back with ", refused.Message, StringComparison.Ordinal);
        await using var target = await StateDatabase.OpenAsync(Target, _clock, Ct);
        foreach (var one in StateTables.InOrder.Where(t => t != StateTables.Counters))
            Assert.Equal(0, await target.ReadAsync(tx => tx.NumberAsync($"SELECT COUNT(*) FROM {one}"), Ct));
        Assert.Equal(0, await target.ReadAsync(tx => tx.NumberAsync("SELECT SUM(value) FROM counters"), Ct));
        Assert.NotEqual(0, await target.ReadAsync(tx => tx.NumberAsync("SELECT COUNT(*) FROM counters"), Ct));
    }

    [Fact]
    public async Task Copy_WhileSomebodyWorks_IsRefusedUntilItsLeaseEnds()
    {
        await using (var database = await StateDatabase.OpenAsync(Source, _clock, Ct))
        {
            await new LeadStore(database).TryTakeAsync(Killed, "coordinator", TimeSpan.FromMinutes(1), Ct);
            Assert.IsType<LeaseOutcome.Granted>(await new ClaimStore(database).TryAcquireAsync(Killed, "w", TimeSpan.FromSeconds(50), Ct));
        }
        var refused = await Assert.ThrowsAsync<StorageFailedException>(() => StateCopy.RunAsync(Source, Target, _clock, _ => { }, Ct));
        Assert.Contains($"the coordinator of {Killed}, ", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"a worker that scores {Killed}", refused.Message, StringComparison.Ordinal);
        Assert.Contains("2026-12-01 00:01:00Z", refused.Message, StringComparison.Ordinal);

        _clock.Advance(TimeSpan.FromMinutes(1));
        await StateCopy.RunAsync(Source, Target, _clock, _ => { }, Ct);
    }

    [Fact]
    public async Task Copy_OfTimersOfAnEarlierVersion_IsRefused()
    {
        await using (var database = await StateDatabase.OpenAsync(Source, _clock, Ct))
        {
            await database.WriteAsync(tx => tx.ExecuteAsync("""
                CREATE TABLE IF NOT EXISTS QRTZ_JOB_DETAILS (SCHED_NAME TEXT, JOB_NAME TEXT, JOB_GROUP TEXT, JOB_CLASS_NAME TEXT, IS_DURABLE BIT,
                    IS_NONCONCURRENT BIT, IS_UPDATE_DATA BIT, REQUESTS_RECOVERY BIT);
                INSERT INTO QRTZ_JOB_DETAILS (SCHED_NAME, JOB_NAME, JOB_GROUP, JOB_CLASS_NAME, IS_DURABLE, IS_NONCONCURRENT, IS_UPDATE_DATA,
                    REQUESTS_RECOVERY) VALUES ('s', 'j', 'g', 'c', 1, 1, 1, 1);
                """), Ct);
        }
        var refused = await Assert.ThrowsAsync<BadInputException>(() => StateCopy.RunAsync(Source, Target, _clock, _ => { }, Ct));
        Assert.Contains("1 jobs in the tables of an earlier version's timers", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copy_OfAFileThatIsNotThere_MakesNone()
    {
        await Assert.ThrowsAsync<BadInputException>(() => StateCopy.RunAsync(_folder["none.db"], Target, _clock, _ => { }, Ct));
        Assert.False(File.Exists(_folder["none.db"]));
        await Assert.ThrowsAsync<BadInputException>(() => StateCopy.RunAsync(Source, _folder["other.db"], _clock, _ => { }, Ct));
    }

    [Fact]
    public async Task Tables_InOrder_AreAllOfBothEnginesButTheirOwn()
    {
        await (await StateDatabase.OpenAsync(Target, _clock, Ct)).DisposeAsync();
        await using var target = await StateDatabase.OpenAsync(Target, _clock, Ct);
        var there = await target.ReadAsync(tx => tx.QueryAsync<string>(
            "SELECT CAST(relname AS TEXT) FROM pg_class WHERE relkind = 'r' AND relnamespace = CAST(current_schema() AS regnamespace)"), Ct);
        Assert.Equal(StateTables.InOrder.Append("commit_marks").Append("schema_versions").Order(StringComparer.Ordinal),
            there.Order(StringComparer.Ordinal));
    }

    private async Task<long> SourceRowsAsync(string tableAndCondition)
    {
        await using var database = await StateDatabase.OpenAsync(Source, _clock, Ct);
        return await database.ReadAsync(tx => tx.NumberAsync($"SELECT COUNT(*) FROM {tableAndCondition}"), Ct) ?? 0;
    }

    private static async Task<(long, RunId)?> CurrentAsync(StateDatabase database) =>
        await new SnapshotStore(database).CurrentAsync("churn", Ct) is { } current ? (current.Id, current.Run) : null;
}
