using System.Data.Common;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Values;
using Dapper;

namespace BatchEngine.Storage.Database.Transactions;

/// <summary>One unit of reading or writing on one connection. Not thread-safe; lives as long as the delegate it is given to.</summary>
internal sealed class StateTransaction
{
    private readonly DbConnection _connection;
    private readonly DbTransaction? _transaction;
    private readonly IStateDialect _dialect;
    private readonly CancellationToken _ct;
    private long? _now;

    static StateTransaction() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    /// <summary>Wraps an open connection; without a transaction each statement stands alone.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="transaction">Its transaction, when there is one.</param>
    /// <param name="dialect">The engine's words.</param>
    /// <param name="now">The database's clock in microseconds; null means that it is asked when somebody wants to know.</param>
    /// <param name="ct">Stops statements.</param>
    public StateTransaction(DbConnection connection, DbTransaction? transaction, IStateDialect dialect, long? now, CancellationToken ct) =>
        (_connection, _transaction, _dialect, _now, _ct) = (connection, transaction, dialect, now, ct);

    /// <summary>The database's clock when the unit began, cut to microseconds.</summary>
    public DateTimeOffset Now => EpochMicroseconds.ToInstant(NowMicroseconds);

    /// <summary>The same as stored.</summary>
    public long NowMicroseconds => _now ??= _dialect.Clock(_connection);

    /// <summary>Runs a statement; gives the rows it changed.</summary>
    public Task<int> ExecuteAsync(string sql, object? parameters = null) => _connection.ExecuteAsync(Command(sql, parameters));

    /// <summary>All rows of a query.</summary>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null) =>
        (await _connection.QueryAsync<T>(Command(sql, parameters)).ConfigureAwait(false)).AsList();

    /// <summary>All rows of a query about some values, asked in portions: "@listed" in it stands for one of them at a time, as in "WHERE id IN
    /// (@listed)".</summary>
    /// <remarks>The engines take lists of values in ways of their own, so each value is a parameter.</remarks>
    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, IEnumerable<string> listed, object? parameters = null)
    {
        var rows = new List<T>();
        foreach (var portion in listed.Chunk(StateLimits.MaxListed))
        {
            var all = new DynamicParameters(parameters);
            for (var index = 0; index < portion.Length; index++)
                all.Add(FormattableString.Invariant($"listed{index}"), portion[index]);
            var names = string.Join(", ", Enumerable.Range(0, portion.Length).Select(index => FormattableString.Invariant($"@listed{index}")));
            rows.AddRange(await QueryAsync<T>(sql.Replace("@listed", names, StringComparison.Ordinal), all).ConfigureAwait(false));
        }
        return rows;
    }

    /// <summary>The rows of a query one after the other, for one too long to hold. No other statement is run before it is disposed.</summary>
    public Task<DbDataReader> ReaderAsync(string sql) => _connection.ExecuteReaderAsync(Command(sql, null));

    /// <summary>The columns of a table's primary key, in its order.</summary>
    public Task<IReadOnlyList<string>> KeyOfAsync(string table) => QueryAsync<string>(_dialect.KeyColumns, new { table });

    /// <summary>The only row; null means there is none.</summary>
    public Task<T?> FindAsync<T>(string sql, object? parameters = null) where T : class => _connection.QuerySingleOrDefaultAsync<T>(Command(sql, parameters));

    /// <summary>The single number of a query; null means no row or NULL.</summary>
    public Task<long?> NumberAsync(string sql, object? parameters = null) => _connection.ExecuteScalarAsync<long?>(Command(sql, parameters));

    /// <summary>Counts a counter up by one and gives its new value; the counter's row serialises its users.</summary>
    public async Task<long> NextAsync(string counter) =>
        await NumberAsync("UPDATE counters SET value = value + 1 WHERE name = @counter RETURNING value", new { counter }).ConfigureAwait(false)
        ?? throw new InvariantBrokenException("every counter has a row", counter);

    /// <summary>Whether there is a table of this name.</summary>
    public async Task<bool> HasTableAsync(string table) => await NumberAsync(_dialect.TableCount, new { table }).ConfigureAwait(false) > 0;

    /// <summary>Whether one transaction writes at a time, so that a write needs no lock of its own.</summary>
    public bool WritesAlone => _dialect.WritesAlone;

    /// <summary>What ends a query so that its rows are held until this transaction ends; empty where only one transaction writes at a time.</summary>
    /// <param name="rowLock">How they are held.</param>
    /// <param name="table">The name in the query whose rows are meant; null means all.</param>
    public string Locking(RowLock rowLock, string? table = null) => _dialect.Locking(rowLock, table);

    /// <summary>Waits until nobody else holds the name, and holds it until this transaction ends: for what has no row to lock.</summary>
    public async Task LockNameAsync(string name)
    {
        if (_dialect.NamedLock is { } statement)
            await NumberAsync(statement, new { name }).ConfigureAwait(false);
    }

    /// <summary>Runs a script of a migration, in the engine's words.</summary>
    public Task RunScriptAsync(string script)
    {
        const string AppendOnly = "-- @append-only ", Unless = "-- @append-only-unless ";
        var lines = script.Split('\n').Select(line => line.StartsWith(AppendOnly, StringComparison.Ordinal)
            ? _dialect.AppendOnly(line[AppendOnly.Length..].Trim())
            : line.StartsWith(Unless, StringComparison.Ordinal) && line[Unless.Length..].Split(": ", 2) is [var table, var condition]
            ? _dialect.AppendOnlyUnless(table, condition.Trim())
            : line.StartsWith("--", StringComparison.Ordinal) ? "" : _dialect.Line(line));
        return ExecuteAsync(string.Join('\n', lines));
    }

    /// <summary>Runs what must be there before the first migration.</summary>
    public async Task LayFoundationAsync()
    {
        if (_dialect.Foundation.Length > 0)
            await ExecuteAsync(_dialect.Foundation).ConfigureAwait(false);
    }

    private CommandDefinition Command(string sql, object? parameters) => new(sql, parameters, _transaction, cancellationToken: _ct);
}
