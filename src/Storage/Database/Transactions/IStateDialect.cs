using System.Data.Common;

namespace BatchEngine.Storage.Database.Transactions;

/// <summary>The few things that each engine says in its own way. Everything else is written once. Immutable.</summary>
internal interface IStateDialect
{
    /// <summary>What must be there before the first migration; run once, in its transaction. Empty means nothing.</summary>
    string Foundation { get; }

    /// <summary>Whether one transaction writes at a time, so that a write needs no lock of its own.</summary>
    bool WritesAlone { get; }

    /// <summary>Counts the tables of the name @table.</summary>
    string TableCount { get; }

    /// <summary>The columns of the primary key of the table @table, in its order.</summary>
    string KeyColumns { get; }

    /// <summary>Holds the name @name until the end of the transaction; null means that one write at a time is the rule anyway.</summary>
    string? NamedLock { get; }

    /// <summary>Statements that make the engine refuse every change of a table's rows: triggers TABLE_never_updated and TABLE_never_deleted.</summary>
    string AppendOnly(string table);

    /// <summary>Statements that let rows of an append-only table be deleted where a condition holds: the trigger TABLE_never_deleted is replaced.</summary>
    /// <param name="table">The table.</param>
    /// <param name="condition">SQL over the row as OLD.</param>
    string AppendOnlyUnless(string table, string condition);

    /// <summary>A line of a migration in the engine's words.</summary>
    string Line(string line);

    /// <summary>What ends a query so that its rows are held; empty where one write at a time is the rule anyway.</summary>
    /// <param name="rowLock">How.</param>
    /// <param name="table">The name in the query whose rows are meant; null means all.</param>
    string Locking(RowLock rowLock, string? table);

    /// <summary>The engine's clock, in microseconds since 1970-01-01 UTC.</summary>
    long Clock(DbConnection connection);
}
