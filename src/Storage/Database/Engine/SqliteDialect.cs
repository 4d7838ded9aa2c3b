using System.Data.Common;
using BatchEngine.Domain;
using Microsoft.Data.Sqlite;

namespace BatchEngine.Storage.Database.Engine;

/// <summary>The few things that SQLite says in its own way: how to connect, append-only tables, and what its error numbers mean. PostgreSQL gets a sibling of
/// this file.</summary>
internal static class SqliteDialect
{
    private const int Busy = 5, Locked = 6, ReadOnly = 8, DiskError = 10, Corrupt = 11, Full = 13, CannotOpen = 14, NoDatabase = 26;

    /// <summary>The connection string for a file: created when missing, foreign keys and every trigger on, connections pooled.</summary>
    public static string ConnectionString(string path) => Builder(path, StateLimits.StatementRetrySeconds).ToString();

    /// <summary>Opens a connection. The write-ahead log lets readers go on while one writes; a full sync at each commit makes an acknowledged receipt survive
    /// a power cut.</summary>
    public static SqliteConnection Open(string connectionString)
    {
        var connection = new SqliteConnection(connectionString);
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = $"PRAGMA busy_timeout = {(int)StateLimits.BusyWait.TotalMilliseconds}; PRAGMA synchronous = FULL;";
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Switches the file to the write-ahead log; a no-op when it is.</summary>
    public static void UseWriteAheadLog(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode = WAL;";
        command.ExecuteNonQuery();
    }

    /// <summary>Begins a transaction that holds the write lock from the start, so that it never has to be given up half-way.</summary>
    public static DbTransaction BeginWrite(SqliteConnection connection) => connection.BeginTransaction(deferred: false);

    /// <summary>Statements that make the engine refuse every change of a table's rows.</summary>
    public static string AppendOnly(string table) => $"""
        CREATE TRIGGER {table}_never_updated BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
        CREATE TRIGGER {table}_never_deleted BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;
        """;

    private static SqliteConnectionStringBuilder Builder(string path, int retrySeconds) => new()
    {
        DataSource = path,
        Mode = SqliteOpenMode.ReadWriteCreate,
        ForeignKeys = true,
        Pooling = true,
        RecursiveTriggers = true, // Without it INSERT OR REPLACE removes a row of an append-only table and no trigger sees it.
        DefaultTimeout = retrySeconds,
    };

    /// <summary>Whether another writer was in the way, so that the same transaction can be tried again.</summary>
    public static bool IsBusy(SqliteException failure) => failure.SqliteErrorCode is Busy or Locked;

    /// <summary>The failure in the words of the product.</summary>
    /// <param name="failure">What SQLite said.</param>
    /// <param name="path">The database file.</param>
    public static BatchEngineException Explain(SqliteException failure, string path) => failure.SqliteErrorCode switch
    {
        Busy or Locked => new StorageFailedException(path,
            $"the database stayed locked for {StateLimits.MaxBusyTries} tries of {StateLimits.BusyWait.TotalSeconds:0} seconds. {LockHolders.Describe(path)} "
            + "End the process that holds a transaction open, then try again.", isTransient: true, failure),
        Full => new StorageFailedException(path,
            "the disk is full, the transaction was not written and nothing of it remains. Free space beside the database file, then try again.",
            isTransient: false, failure),
        ReadOnly => new StorageFailedException(path,
            "the database cannot be written: this user lacks the permission, or the disk is read-only. Grant write access to the file and its folder.",
            isTransient: false, failure),
        CannotOpen => new StorageFailedException(path,
            "the database cannot be opened or created: the path is a folder, or this user lacks the permission. Check databasePath and the folder's rights.",
            isTransient: false, failure),
        DiskError => new StorageFailedException(path,
            $"the disk failed while the database was read or written ({failure.Message}). Check the disk and its space, then try again.", isTransient: false,
            failure),
        Corrupt or NoDatabase => new CorruptDataException(path, failure.Message, "a BatchEngine state database", failure),
        _ => new StorageFailedException(path, $"the database refused a statement ({failure.Message}).", isTransient: false, failure),
    };
}
