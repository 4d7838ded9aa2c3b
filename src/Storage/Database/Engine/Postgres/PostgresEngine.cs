using System.Data;
using System.Diagnostics;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Transactions;
using Npgsql;

namespace BatchEngine.Storage.Database.Engine.Postgres;

/// <summary>A PostgreSQL database. Thread-safe; any number of processes on any machines may share one.</summary>
/// <remarks>Statements are not prepared beyond the transaction and nothing is kept in a session, so a failover or a pooler between takes nothing away that
/// somebody counts on.</remarks>
internal sealed class PostgresEngine : IStateEngine
{
    private const int OldestVersion = 13;
    private const string Utf8 = "UTF8";
    private static readonly string[] s_rights = ["SELECT", "INSERT", "UPDATE", "DELETE"];
    private readonly NpgsqlDataSource _source;
    private readonly PostgresDialect _dialect;
    private readonly CommitMarks _marks = new();
    private readonly PostgresPatience _patience;
    private TimeSpan _maxOutage;
    private int _hasPruned;

    /// <summary>Names the database; nothing is opened yet.</summary>
    /// <param name="place">Where it is.</param>
    /// <param name="clock">The system's clock means the server's; any other counts instead of it.</param>
    /// <param name="patience">How long a lost server is looked for.</param>
    public PostgresEngine(PostgresPlace place, TimeProvider clock, PostgresPatience patience)
    {
        (_patience, _maxOutage) = (patience, patience.AtStart);
        _dialect = new PostgresDialect(clock == TimeProvider.System ? null : clock);
        (Place, _source) = (place.Name, NpgsqlDataSource.Create(place.ConnectionString));
    }

    /// <inheritdoc/>
    public string Place { get; }

    /// <inheritdoc/>
    public IStateDialect Dialect => _dialect;

    /// <summary>Writes nothing, in a write: a server that takes none says so.</summary>
    public async Task<string> DescribeAsync(CancellationToken ct)
    {
        await WriteAsync(tx => Task.FromResult(tx.Now), Isolation.RowLocks, ct).ConfigureAwait(false);
        var (version, closed) = await ReadAsync(async tx => (
            await tx.FindAsync<string>("SELECT current_setting('server_version')").ConfigureAwait(false),
            await tx.FindAsync<string>($"""
                SELECT string_agg(relname, ', ' ORDER BY relname) FROM pg_catalog.pg_class
                WHERE relkind = 'r' AND relnamespace = CAST(current_schema() AS regnamespace)
                    AND NOT ({string.Join(" AND ", s_rights.Select(r => $"has_table_privilege(oid, '{r}')"))})
                """).ConfigureAwait(false)), ct).ConfigureAwait(false);
        return closed is null ? $"PostgreSQL {version}, every table can be read and written" : throw new StorageFailedException(Place,
            $"PostgreSQL {version} answers, but the user may not read and write these tables: {closed}. Let it own them, or: GRANT ALL ON ALL TABLES.",
            isTransient: false);
    }

    /// <inheritdoc/>
    public async Task ConnectAsync(CancellationToken ct)
    {
        await RetryAsync(async () =>
        {
            await using var connection = await _source.OpenConnectionAsync(ct).ConfigureAwait(false);
            if (connection.PostgreSqlVersion.Major < OldestVersion)
                throw new StorageFailedException(Place,
                    $"the server is PostgreSQL {connection.PostgreSqlVersion}, and {OldestVersion} is the oldest that can be "
                    + "used. Upgrade the server.", isTransient: false);
            if (connection.PostgresParameters.TryGetValue("server_encoding", out var encoding) && encoding != Utf8)
                throw new StorageFailedException(Place, $"the database is encoded in {encoding}, which cannot hold every name. Create one with: createdb "
                    + "--encoding=UTF8 --template=template0 NAME.", isTransient: false);
            return true;
        }, ct).ConfigureAwait(false);
        _maxOutage = _patience.InWork;
    }

    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<StateTransaction, Task<T>> read, CancellationToken ct) => RetryAsync(async () =>
    {
        await using var connection = await _source.OpenConnectionAsync(ct).ConfigureAwait(false);
        return await read(new StateTransaction(connection, null, _dialect, _dialect.Played, ct)).ConfigureAwait(false);
    }, ct);

    /// <inheritdoc/>
    public Task<T> ReadTogetherAsync<T>(Func<StateTransaction, Task<T>> read, CancellationToken ct) => RetryAsync(async () =>
    {
        await using var connection = await _source.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, ct).ConfigureAwait(false);
        return await read(new StateTransaction(connection, transaction, _dialect, _dialect.Played, ct)).ConfigureAwait(false);
    }, ct);

    /// <inheritdoc/>
    public async Task<T> WriteAsync<T>(Func<StateTransaction, Task<T>> write, Isolation isolation, CancellationToken ct)
    {
        var result = await RetryAsync(() => TryWriteAsync(write, isolation, marked: true, ct), ct).ConfigureAwait(false);
        if (Interlocked.Exchange(ref _hasPruned, 1) == 0)
            await PruneAsync(ct).ConfigureAwait(false);
        return result;
    }

    /// <summary>Under a lock of its own, and seeing what another process did while it was waited for.</summary>
    public Task<T> MigrateAsync<T>(Func<StateTransaction, Task<T>> write, CancellationToken ct) => RetryAsync(() => TryWriteAsync(async tx =>
    {
        await tx.LockNameAsync("batchengine migrations").ConfigureAwait(false);
        return await write(tx).ConfigureAwait(false);
    }, Isolation.RowLocks, marked: false, ct), ct);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async Task<T> TryWriteAsync<T>(Func<StateTransaction, Task<T>> write, Isolation isolation, bool marked, CancellationToken ct)
    {
        await using var connection = await _source.OpenConnectionAsync(ct).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(
            isolation == Isolation.Serializable ? IsolationLevel.Serializable : IsolationLevel.ReadCommitted, ct).ConfigureAwait(false);
        var begun = await _marks.BeginAsync(connection, transaction, marked, ct).ConfigureAwait(false);
        var isSettled = false;
        try
        {
            var result = await write(new StateTransaction(connection, transaction, _dialect, _dialect.Played ?? begun.Clock, ct)).ConfigureAwait(false);
            try
            {
                await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e) when (marked && PostgresFailures.TroubleOf(e) is not null && !PostgresFailures.IsRefusedCommit(e))
            {
                if (!await SettleAsync(begun, e).ConfigureAwait(false))
                    throw;
            }
            isSettled = true;
            return result;
        }
        finally
        {
            if (isSettled || connection.State == ConnectionState.Open)
                _marks.Return(begun);
        }
    }

    // Asks until the server is back and the session of the write has ended, whatever token the caller has: the write is done or not, and somebody must know.
    private async Task<bool> SettleAsync(CommitMarks.Begun begun, Exception lost)
    {
        var since = Stopwatch.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            try
            {
                await using var connection = await _source.OpenConnectionAsync(CancellationToken.None).ConfigureAwait(false);
                if (await CommitMarks.WasCommittedAsync(connection, begun).ConfigureAwait(false) is { } committed)
                    return committed;
                if (Stopwatch.GetElapsedTime(since) > StateLimits.CommitGrace)
                    await CommitMarks.EndSessionAsync(connection, begun).ConfigureAwait(false);
            }
            catch (Exception e) when (PostgresFailures.TroubleOf(e) is not null)
            {
                _source.Clear(); // Not back yet.
            }
            if (Stopwatch.GetElapsedTime(since) >= _maxOutage)
                throw new StorageFailedException(Place,
                    "the connection was lost while a write was committed, and the server did not come back to say whether it "
                    + "was. It is there as a whole or not at all: look at the run or the name it was about, then do it again if it is missing.",
                    isTransient: true, lost);
            await Task.Delay(PauseAfter(tries), TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<T> RetryAsync<T>(Func<Task<T>> attempt, CancellationToken ct)
    {
        long? failingSince = null;
        for (var tries = 1; ; tries++)
        {
            ct.ThrowIfCancellationRequested();
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (Exception e) when (PostgresFailures.TroubleOf(e) is { } trouble)
            {
                failingSince ??= Stopwatch.GetTimestamp();
                if (trouble == PostgresTrouble.Lasting || (trouble == PostgresTrouble.Race && tries >= StateLimits.MaxRaces)
                    || Stopwatch.GetElapsedTime(failingSince.Value) >= _maxOutage)
                    throw PostgresFailures.Explain(e, Place);
                if (trouble == PostgresTrouble.Outage)
                    _source.Clear();
            }

            // Real time on purpose: what is waited for is another process, whatever clock the caller plays with.
            await Task.Delay(PauseAfter(tries), TimeProvider.System, ct).ConfigureAwait(false);
        }
    }

    private async Task PruneAsync(CancellationToken ct)
    {
        try
        {
            await using var connection = await _source.OpenConnectionAsync(ct).ConfigureAwait(false);
            await CommitMarks.PruneAsync(connection).ConfigureAwait(false);
        }
        catch (Exception e) when (PostgresFailures.TroubleOf(e) is not null)
        {
            // The next process does it.
        }
    }

    // Doubles from two milliseconds, and differs between those who wait for the same thing.
    private static TimeSpan PauseAfter(int tries)
    {
        var longest = Math.Min(StateLimits.MaxPause.TotalMilliseconds, Math.Pow(2, Math.Min(tries, 16)));
        return TimeSpan.FromMilliseconds(System.Security.Cryptography.RandomNumberGenerator.GetInt32((int)longest / 2, (int)longest + 1));
    }
}
