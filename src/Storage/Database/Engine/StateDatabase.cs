using BatchEngine.Domain;
using Dapper;
using Microsoft.Data.Sqlite;

namespace BatchEngine.Storage.Database.Engine;

/// <summary>The one SQL database with everything that survives as rows. Thread-safe; several processes may open one file at once.</summary>
/// <remarks>SQLite lives inside the process, so its clock is this machine's: the <see cref="TimeProvider"/> given at opening. A server database answers with
/// its own clock instead.</remarks>
public sealed class StateDatabase : IAsyncDisposable
{
    // Writers of one process queue here in order and without holding a thread; SQLite's own lock then only has to settle races between processes.
    private readonly SemaphoreSlim _writer = new(1, 1);
    private readonly TimeProvider _clock;

    static StateDatabase() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    private StateDatabase(string path, TimeProvider clock)
    {
        (Path, _clock) = (path, clock);
        ConnectionString = SqliteDialect.ConnectionString(path);
    }

    /// <summary>The full path of the database file.</summary>
    public string Path { get; }

    /// <summary>For this room's own connections.</summary>
    internal string ConnectionString { get; }

    /// <summary>Opens or creates the file and brings its tables to this program's version, under a lock.</summary>
    /// <param name="path">The file; its folder is created when missing.</param>
    /// <param name="clock">The database's clock.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="StorageFailedException">It cannot be created or written, stays locked, or was written by a newer program.</exception>
    /// <exception cref="CorruptDataException">The file is no SQLite database.</exception>
    public static async Task<StateDatabase> OpenAsync(string path, TimeProvider clock, CancellationToken ct)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full) ?? full);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageFailedException(full,
                $"the folder of the database cannot be created ({e.Message}). Create it, or set databasePath to another place.", isTransient: false, e);
        }
        var database = new StateDatabase(full, clock);
        try
        {
            await database.RetryAsync(() =>
            {
                using var connection = SqliteDialect.Open(database.ConnectionString);
                SqliteDialect.UseWriteAheadLog(connection);
                return Task.FromResult(true);
            }, ct).ConfigureAwait(false);
            await database.WriteAsync(tx => SchemaMigration.ApplyAsync(tx, full, SchemaMigration.Embedded), ct).ConfigureAwait(false);
            return database;
        }
        catch
        {
            await database.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The database's clock, in whole microseconds.</summary>
    public Task<DateTimeOffset> NowAsync(CancellationToken ct) => ReadAsync(tx => Task.FromResult(tx.Now), ct);

    /// <summary>Closes the pooled connections to the file, in this process.</summary>
    public ValueTask DisposeAsync()
    {
        using (var connection = new SqliteConnection(ConnectionString))
            SqliteConnection.ClearPool(connection);
        _writer.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Reads; each statement sees the newest committed state. May be run more than once.</summary>
    internal Task<T> ReadAsync<T>(Func<StateTransaction, Task<T>> read, CancellationToken ct) => RetryAsync(async () =>
    {
        await using var connection = SqliteDialect.Open(ConnectionString);
        return await read(new StateTransaction(connection, null, _clock.GetUtcNow(), ct)).ConfigureAwait(false);
    }, ct);

    /// <summary>Reads several statements from one consistent state. May be run more than once.</summary>
    internal Task<T> ReadTogetherAsync<T>(Func<StateTransaction, Task<T>> read, CancellationToken ct) => RetryAsync(async () =>
    {
        await using var connection = SqliteDialect.Open(ConnectionString);
        await using var transaction = connection.BeginTransaction(deferred: true);
        return await read(new StateTransaction(connection, transaction, _clock.GetUtcNow(), ct)).ConfigureAwait(false);
    }, ct);

    /// <summary>Writes in one transaction: all of it or nothing. The delegate may be run more than once, so it changes nothing outside the
    /// transaction.</summary>
    internal async Task<T> WriteAsync<T>(Func<StateTransaction, Task<T>> write, CancellationToken ct)
    {
        await _writer.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            return await RetryAsync(async () =>
            {
                await using var connection = SqliteDialect.Open(ConnectionString);
                await using var transaction = SqliteDialect.BeginWrite(connection);
                var result = await write(new StateTransaction(connection, transaction, _clock.GetUtcNow(), ct)).ConfigureAwait(false);
                await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
                return result;
            }, ct).ConfigureAwait(false);
        }
        finally
        {
            _writer.Release();
        }
    }

    private async Task<T> RetryAsync<T>(Func<Task<T>> attempt, CancellationToken ct)
    {
        for (var tries = 1; ; tries++)
        {
            ct.ThrowIfCancellationRequested();
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (SqliteException e) when (SqliteDialect.IsBusy(e) && tries < StateLimits.MaxBusyTries)
            {
                // Real time on purpose: what is waited for is another process, whatever clock the caller plays with.
                await Task.Delay(StateLimits.BusyPause, TimeProvider.System, ct).ConfigureAwait(false);
            }
            catch (SqliteException e)
            {
                throw SqliteDialect.Explain(e, Path);
            }
        }
    }
}
