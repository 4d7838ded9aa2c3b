using System.Data.Common;
using System.Text.RegularExpressions;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;
using Dapper;

namespace BatchEngine.Storage.Database.Engine.Postgres;

/// <summary>The few things that PostgreSQL says in its own way.</summary>
/// <param name="played">A test's clock, which counts instead of the server's; null means that the server's counts.</param>
internal sealed partial class PostgresDialect(TimeProvider? played) : IStateDialect
{
    /// <summary>The server's clock in microseconds, in SQL.</summary>
    public const string ClockSql = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)";

    /// <inheritdoc/>
    public string Foundation => $"""
        {CommitMarks.Table}
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $refuse$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
        END
        $refuse$;
        """;

    /// <inheritdoc/>
    public bool WritesAlone => false;

    /// <inheritdoc/>
    public string TableCount => "SELECT COUNT(*) FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p') AND relname = lower(@table) AND pg_table_is_visible(oid)";

    /// <inheritdoc/>
    public string KeyColumns => """
        SELECT CAST(a.attname AS TEXT) FROM pg_catalog.pg_index i JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
        WHERE i.indisprimary AND i.indrelid = CAST(CAST(@table AS TEXT) AS regclass) ORDER BY array_position(CAST(i.indkey AS int2[]), a.attnum)
        """;

    /// <inheritdoc/>
    public string NamedLock => "SELECT 1 FROM pg_advisory_xact_lock(hashtextextended(@name, 0))";

    /// <inheritdoc/>
    public string AppendOnly(string table) => $"""
        CREATE TRIGGER {table}_never_updated BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
        CREATE TRIGGER {table}_never_deleted BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
        """;

    /// <inheritdoc/>
    public string AppendOnlyUnless(string table, string condition) => $"""
        DROP TRIGGER {table}_never_deleted ON {table};
        CREATE FUNCTION {table}_may_go() RETURNS trigger LANGUAGE plpgsql AS $go$
        BEGIN
            IF NOT COALESCE(({condition}), FALSE) THEN
                RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
            END IF;
            RETURN OLD;
        END
        $go$;
        CREATE TRIGGER {table}_never_deleted BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_may_go();
        """;

    /// <summary>Text is compared byte by byte, as in SQLite, whatever language the server was set up for.</summary>
    public string Line(string line) => TextType().Replace(line, "TEXT COLLATE \"C\"");

    /// <summary>Keys of locked rows may still be referred to: nobody here ever changes a key.</summary>
    public string Locking(RowLock rowLock, string? table)
    {
        var of = table is null ? "" : $" OF {table}";
        return rowLock switch
        {
            RowLock.Shared => $"FOR SHARE{of}",
            RowLock.Exclusive => $"FOR NO KEY UPDATE{of}",
            _ => $"FOR NO KEY UPDATE{of} SKIP LOCKED",
        };
    }

    /// <inheritdoc/>
    public long Clock(DbConnection connection) =>
        played is null ? connection.ExecuteScalar<long>($"SELECT {ClockSql}") : EpochMicroseconds.Of(played.GetUtcNow());

    /// <summary>The clock of a test; null means that the server's counts.</summary>
    public long? Played => played is null ? null : EpochMicroseconds.Of(played.GetUtcNow());

    [GeneratedRegex(@"\bTEXT\b(?= (NOT )?NULL\b)", RegexOptions.CultureInvariant)]
    private static partial Regex TextType();
}
