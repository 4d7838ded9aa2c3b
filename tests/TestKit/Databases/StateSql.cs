using BatchEngine.Storage.Database.Engine;
using Microsoft.Data.Sqlite;

namespace BatchEngine.TestKit.Databases;

/// <summary>Statements beside the stores, to break a database on purpose and to mend it.</summary>
public static class StateSql
{
    /// <summary>Runs statements on a connection of their own.</summary>
    public static async Task ExecuteSqlAsync(this StateDatabase database, string sql, CancellationToken ct)
    {
        await using var connection = new SqliteConnection($"Data Source={database.Place};Pooling=False");
        await connection.OpenAsync(ct).ConfigureAwait(false);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }
}
