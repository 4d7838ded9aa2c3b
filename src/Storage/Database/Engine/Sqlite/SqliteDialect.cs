using System.Data.Common;
using BatchEngine.Storage.Database.Values;
using BatchEngine.Storage.Database.Transactions;

namespace BatchEngine.Storage.Database.Engine.Sqlite;

/// <summary>The few things that SQLite says in its own way. One transaction writes at a time, so nothing else needs a lock.</summary>
/// <param name="clock">The clock of a database inside this process.</param>
internal sealed class SqliteDialect(TimeProvider clock) : IStateDialect
{
    /// <inheritdoc/>
    public string Foundation => "";

    /// <inheritdoc/>
    public bool WritesAlone => true;

    /// <inheritdoc/>
    public string TableCount => "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = @table";

    /// <inheritdoc/>
    public string KeyColumns => "SELECT name FROM pragma_table_info(@table) WHERE pk > 0 ORDER BY pk";

    /// <inheritdoc/>
    public string? NamedLock => null;

    /// <inheritdoc/>
    public string AppendOnly(string table) => $"""
        CREATE TRIGGER {table}_never_updated BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
        CREATE TRIGGER {table}_never_deleted BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
        """;

    /// <inheritdoc/>
    public string AppendOnlyUnless(string table, string condition) => $"""
        DROP TRIGGER {table}_never_deleted;
        CREATE TRIGGER {table}_never_deleted BEFORE DELETE ON {table} WHEN NOT COALESCE(({condition}), 0)
            BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
        """;

    /// <inheritdoc/>
    public string Line(string line) => line;

    /// <inheritdoc/>
    public string Locking(RowLock rowLock, string? table) => "";

    /// <inheritdoc/>
    public long Clock(DbConnection connection) => EpochMicroseconds.Of(clock.GetUtcNow());
}
