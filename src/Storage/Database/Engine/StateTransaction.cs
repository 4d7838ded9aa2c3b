using System.Data.Common;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Values;
using Dapper;

namespace BatchEngine.Storage.Database.Engine;

/// <summary>One unit of reading or writing on one connection. Not thread-safe; lives as long as the delegate it is given to.</summary>
internal sealed class StateTransaction
{
    private readonly DbConnection _connection;
    private readonly DbTransaction? _transaction;
    private readonly CancellationToken _ct;

    /// <summary>Wraps an open connection; without a transaction each statement stands alone.</summary>
    public StateTransaction(DbConnection connection, DbTransaction? transaction, DateTimeOffset now, CancellationToken ct)
    {
        (_connection, _transaction, _ct) = (connection, transaction, ct);
        NowMicroseconds = EpochMicroseconds.Of(now);
        Now = EpochMicroseconds.ToInstant(NowMicroseconds);
    }

    /// <summary>The database's clock when the unit began, cut to microseconds.</summary>
    public DateTimeOffset Now { get; }

    /// <summary>The same as stored.</summary>
    public long NowMicroseconds { get; }

    /// <summary>Runs a statement; gives the rows it changed.</summary>
    public Task<int> ExecuteAsync(string sql, object? parameters = null) => _connection.ExecuteAsync(Command(sql, parameters));

    /// <summary>All rows of a query.</summary>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null) =>
        (await _connection.QueryAsync<T>(Command(sql, parameters)).ConfigureAwait(false)).AsList();

    /// <summary>The only row; null means there is none.</summary>
    public Task<T?> FindAsync<T>(string sql, object? parameters = null) where T : class => _connection.QuerySingleOrDefaultAsync<T>(Command(sql, parameters));

    /// <summary>The single number of a query; null means no row or NULL.</summary>
    public Task<long?> NumberAsync(string sql, object? parameters = null) => _connection.ExecuteScalarAsync<long?>(Command(sql, parameters));

    /// <summary>Counts a counter up by one and gives its new value; the counter's row serialises its users.</summary>
    public async Task<long> NextAsync(string counter) =>
        await NumberAsync("UPDATE counters SET value = value + 1 WHERE name = @counter RETURNING value", new { counter }).ConfigureAwait(false)
        ?? throw new InvariantBrokenException("every counter has a row", counter);

    private CommandDefinition Command(string sql, object? parameters) => new(sql, parameters, _transaction, cancellationToken: _ct);
}
