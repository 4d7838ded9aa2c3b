using System.Data.Common;
using BatchEngine.Storage.Database.Transactions;
using Microsoft.Data.Sqlite;

namespace BatchEngine.Storage.Database.Engine.Sqlite;

/// <summary>How to connect to a SQLite file.</summary>
internal static class SqliteConnections
{
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

    private static SqliteConnectionStringBuilder Builder(string path, int retrySeconds) => new()
    {
        DataSource = path,
        Mode = SqliteOpenMode.ReadWriteCreate,
        ForeignKeys = true,
        Pooling = true,
        RecursiveTriggers = true, // Without it INSERT OR REPLACE removes a row of an append-only table and no trigger sees it.
        DefaultTimeout = retrySeconds,
    };
}
