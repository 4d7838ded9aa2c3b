using BatchEngine.Domain;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;
using Microsoft.Data.Sqlite;

namespace BatchEngine.Storage.Database.Engine.Sqlite;

/// <summary>A SQLite file. Thread-safe; several processes may open it at once.</summary>
internal sealed class SqliteEngine : IStateEngine
{
    // Writers of one process queue here in order and without holding a thread; SQLite's own lock then only has to settle races between processes.
    private readonly SemaphoreSlim _writer = new(1, 1);
    private readonly TimeProvider _clock;
    private readonly string _connections;

    /// <summary>Names the file; nothing is opened yet.</summary>
    /// <param name="path">The file; its folder is created when missing.</param>
    /// <param name="clock">The database's clock.</param>
    public SqliteEngine(string path, TimeProvider clock)
    {
        (Place, _clock, Dialect) = (Path.GetFullPath(path), clock, new SqliteDialect(clock));
        _connections = SqliteConnections.ConnectionString(Place);
    }

    /// <inheritdoc/>
    public string Place { get; }

    /// <inheritdoc/>
    public IStateDialect Dialect { get; }

    /// <inheritdoc/>
    public Task<string> DescribeAsync(CancellationToken ct) => Task.FromResult($"SQLite {SQLitePCL.raw.sqlite3_libversion().utf8_to_string()}");

    /// <inheritdoc/>
    public async Task ConnectAsync(CancellationToken ct)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Place) ?? Place);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageFailedException(Place,
                $"the folder of the database cannot be created ({e.Message}). Create it, or set the key database to another place.", isTransient: false, e);
        }
        await RetryAsync(() =>
        {
            using var connection = SqliteConnections.Open(_connections);
            SqliteConnections.UseWriteAheadLog(connection);
            return Task.FromResult(true);
        }, ct).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task<T> ReadAsync<T>(Func<StateTransaction, Task<T>> read, CancellationToken ct) => RetryAsync(async () =>
    {
        await using var connection = SqliteConnections.Open(_connections);
        return await read(new StateTransaction(connection, null, Dialect, Now(), ct)).ConfigureAwait(false);
    }, ct);

    /// <inheritdoc/>
    public Task<T> ReadTogetherAsync<T>(Func<StateTransaction, Task<T>> read, CancellationToken ct) => RetryAsync(async () =>
    {
        await using var connection = SqliteConnections.Open(_connections);
        await using var transaction = connection.BeginTransaction(deferred: true);
        return await read(new StateTransaction(connection, transaction, Dialect, Now(), ct)).ConfigureAwait(false);
    }, ct);

    /// <inheritdoc/>
    public async Task<T> WriteAsync<T>(Func<StateTransaction, Task<T>> write, Isolation isolation, CancellationToken ct)
    {
        await _writer.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            return await RetryAsync(async () =>
            {
                await using var connection = SqliteConnections.Open(_connections);
                await using var transaction = SqliteConnections.BeginWrite(connection);
                var result = await write(new StateTransaction(connection, transaction, Dialect, Now(), ct)).ConfigureAwait(false);
                await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
                return result;
            }, ct).ConfigureAwait(false);
        }
        finally
        {
            _writer.Release();
        }
    }

    /// <inheritdoc/>
    public Task<T> MigrateAsync<T>(Func<StateTransaction, Task<T>> write, CancellationToken ct) => WriteAsync(write, Isolation.Serializable, ct);

    /// <summary>Closes the pooled connections to the file, in this process.</summary>
    public ValueTask DisposeAsync()
    {
        using (var connection = new SqliteConnection(_connections))
            SqliteConnection.ClearPool(connection);
        _writer.Dispose();
        return ValueTask.CompletedTask;
    }

    private long Now() => EpochMicroseconds.Of(_clock.GetUtcNow());

    private async Task<T> RetryAsync<T>(Func<Task<T>> attempt, CancellationToken ct)
    {
        for (var tries = 1; ; tries++)
        {
            ct.ThrowIfCancellationRequested();
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (SqliteException e) when (SqliteFailures.IsBusy(e) && tries < StateLimits.MaxBusyTries)
            {
                // Real time on purpose: what is waited for is another process, whatever clock the caller plays with.
                await Task.Delay(StateLimits.BusyPause, TimeProvider.System, ct).ConfigureAwait(false);
            }
            catch (SqliteException e)
            {
                throw SqliteFailures.Explain(e, Place);
            }
        }
    }
}
