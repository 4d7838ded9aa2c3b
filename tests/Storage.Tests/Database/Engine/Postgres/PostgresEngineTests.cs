using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;
using BatchEngine.TestKit.Postgres;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.Storage.Tests.Database.Engine.Postgres;

public sealed class PostgresEngineTests : IAsyncLifetime
{
    private readonly PostgresDatabase _place = new();
    private StateDatabase _database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await _place.OpenAsync(TimeProvider.System, Ct);

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _place.DropAsync();
    }

    [Fact]
    public async Task Now_NoClockIsPlayed_IsTheServersInReadsAndWrites()
    {
        const string Clock = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";
        var before = await _database.ReadAsync(tx => tx.NumberAsync(Clock), Ct);
        var written = EpochMicroseconds.Of(await _database.WriteAsync(tx => Task.FromResult(tx.Now), Ct));
        var read = EpochMicroseconds.Of(await _database.NowAsync(Ct));
        var after = await _database.ReadAsync(tx => tx.NumberAsync(Clock), Ct);
        Assert.True(before <= written && written <= read && read <= after, $"{before} {written} {read} {after}");
    }

    [Fact]
    public async Task Now_ClockOfATest_CountsInsteadOfTheServers()
    {
        var played = new FakeTimeProvider(new DateTimeOffset(2031, 1, 2, 3, 4, 5, TimeSpan.Zero));
        await using var database = await _place.OpenAsync(played, Ct);
        Assert.Equal(played.GetUtcNow(), await database.NowAsync(Ct));
        Assert.Equal(played.GetUtcNow(), await database.WriteAsync(tx => Task.FromResult(tx.Now), Ct));
    }

    [Fact]
    public async Task Write_RacesOnOneCounter_LoseNothing()
    {
        var numbers = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => Task.Run(() => _database.WriteAsync(tx => tx.NextAsync("snapshot"), Ct), Ct)));
        Assert.Equal(Enumerable.Range(1, 24).Select(n => (long)n), numbers.Order());
    }

    [Fact]
    public async Task Write_DecidingFromWhatItRead_IsRunAgainWhenThatChanged()
    {
        // Each keeps the sum of two rows at one or less, by reading both: side by side without an order both would add.
        await Task.WhenAll(new[] { "publication", "alias-move" }.Select(mine => Task.Run(() => _database.WriteAsync(async tx =>
        {
            var sum = await tx.NumberAsync("SELECT CAST(SUM(value) AS BIGINT) FROM counters WHERE name IN ('publication', 'alias-move')");
            await Task.Delay(50, Ct);
            return sum == 0 ? await tx.NextAsync(mine) : 0;
        }, Ct), Ct)));
        Assert.Equal(1, await _database.ReadAsync(
            tx => tx.NumberAsync("SELECT CAST(SUM(value) AS BIGINT) FROM counters WHERE name IN ('publication', 'alias-move')"), Ct));
    }

    [Fact]
    public async Task Write_FailingDelegate_LeavesNothing()
    {
        await Assert.ThrowsAsync<InvariantBrokenException>(() => _database.WriteAsync<long>(async tx =>
        {
            await tx.NextAsync("snapshot");
            throw new InvariantBrokenException("planted", "here");
        }, Ct));
        Assert.Equal(1, await _database.WriteAsync(tx => tx.NextAsync("snapshot"), Ct));
    }

    [Fact]
    public async Task Write_Cancelled_ChangesNothing()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _database.WriteAsync(async tx =>
        {
            await tx.NextAsync("snapshot");
            await stop.CancelAsync();
            return await tx.NumberAsync("SELECT 1 FROM pg_sleep(30)");
        }, stop.Token));
        Assert.Equal(1, await _database.WriteAsync(tx => tx.NextAsync("snapshot"), Ct));
    }

    [Fact]
    public async Task Order_OfTexts_IsByteByByteWhateverTheServersLanguage()
    {
        Assert.Equal("a", await FirstAsync("SELECT min(name) FROM (VALUES ('B'), ('a')) AS names (name)")); // The server's own order is that of people.
        var jobs = new JobStore(_database);
        foreach (var name in new[] { "a", "B", "ä", "C-1", "C_1", "c" })
            await jobs.SaveAsync(Samples.Job(name), Ct);
        Assert.Equal(["B", "C-1", "C_1", "a", "c", "ä"], (await jobs.ListAsync(Ct)).Select(j => j.Name));
        Assert.Equal(0, await _database.ReadAsync(tx => tx.NumberAsync("""
            SELECT COUNT(*) FROM information_schema.columns
            WHERE table_schema = 'public' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'
            """), Ct));
    }

    [Fact]
    public async Task LockName_HeldByAnother_IsWaitedFor()
    {
        var (first, second) = (new TaskCompletionSource(), new TaskCompletionSource());
        var holder = _database.WriteAsync(async tx =>
        {
            await tx.LockNameAsync("a");
            first.SetResult();
            await second.Task;
            return 0;
        }, Isolation.RowLocks, Ct);
        await first.Task;
        var other = _database.WriteAsync(async tx =>
        {
            await tx.LockNameAsync("b");
            await tx.LockNameAsync("a");
            return 0;
        }, Isolation.RowLocks, Ct);
        await Task.Delay(50, Ct);
        Assert.False(other.IsCompleted);
        second.SetResult();
        await Task.WhenAll(holder, other);
    }

    private Task<string?> FirstAsync(string sql) => _database.ReadAsync(tx => tx.FindAsync<string>(sql), Ct);
}
