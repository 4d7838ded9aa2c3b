using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using Microsoft.Data.Sqlite;

namespace BatchEngine.Host.Tests.Serving;

/// <summary>Makes a database look as if it had seen many nights: all rows of one night, again and again, each a day earlier. Their blobs are not
/// made.</summary>
internal sealed class EarlierNights(StateDatabase database, RunId pattern)
{
    private const long DayMicroseconds = 86_400_000_000;
    private const int NumbersANight = 1_000;
    private static readonly string[] Tables = ["runs", "run_plans", "shards", "leases", "leaders", "checkpoints", "receipts", "segments", "snapshots",
        "publications", "usage_records", "ledger", "profiles", "drift_reports", "decisions"];

    private static readonly string[] Numbers = ["snapshots.id", "publications.number", "publications.snapshot_id", "decisions.decision_number"];
    private static readonly string[] Identities = ["usage_records.id", "ledger.id", "ledger.usage_id", "decisions.id"];

    /// <summary>Adds nights before the pattern's.</summary>
    public async Task AddAsync(int nights)
    {
        await using var connection = new SqliteConnection($"Data Source={database.Place};Pooling=False");
        await connection.OpenAsync();
        foreach (var table in Tables)
        {
            var columns = await ColumnsAsync(connection, table);
            var which = table == "publications" ? $"snapshot_id = (SELECT id FROM snapshots WHERE run_id = '{pattern}')" : $"run_id = '{pattern}'";
            await DoAsync(connection, $"{Counted(nights)} INSERT INTO {table} SELECT {string.Join(", ", columns.Select(c => Earlier(table, c)))} "
                + $"FROM {table}, n WHERE {which}");
        }
        // A night also tries in vain, is asked by the hour, sees another price each day, and registers a model.
        await DoAsync(connection, $"""
            {Counted(nights)} INSERT INTO unstarted_runs SELECT '{pattern.Job}_' || {Stamp("'+1 hour'")}, '{pattern.Job}',
                {Instant} - n.i * {DayMicroseconds}, 0, 1, NULL, 'no input' FROM n;
            {Counted(nights * 24)} INSERT INTO answers SELECT 'other', {Instant} - n.i * 3600000000, 'snapshot', 'Fresh', 5 FROM n;
            {Counted(nights)} INSERT INTO price_readings SELECT reading_number - 2 * n.i, priced_by, sheet, digest || n.i, read_at - n.i * {DayMicroseconds}
                FROM price_readings, n;
            {Counted(nights)} INSERT INTO price_quotes SELECT reading_number - 2 * n.i, position, provider, instance_type, zone, purchase,
                rate_per_hour, currency, source, observed_at - n.i * {DayMicroseconds}, valid_until FROM price_quotes, n;
            {Counted(nights)} INSERT INTO models SELECT 'other', n.i, 'ab' || n.i, '', 'models/w', 7, 0 FROM n;
            {Counted(nights)} INSERT INTO model_files SELECT 'other', n.i, 'w.bin', 'ab', 'models/w', 7 FROM n;
            """);
    }

    private long Instant => (pattern.ScheduledAt.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    private static string Counted(int count) =>
        string.Create(CultureInfo.InvariantCulture, $"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})");

    private string Stamp(string more) => string.Create(CultureInfo.InvariantCulture,
        $"strftime('%Y%m%dT%H%M%SZ', '{pattern.ScheduledAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}', '-' || n.i || ' days', {more})");

    private string Earlier(string table, (string Name, string Type) column)
    {
        var name = $"{table}.{column.Name}";
        if (Numbers.Contains(name))
            return $"{name} - n.i * {NumbersANight}";
        if (Identities.Contains(name))
            return $"{name} || '/' || n.i";
        if (name == "publications.previous_number")
            return "NULL";
        return column.Type == "TEXT" ? $"replace({name}, '{pattern}', '{pattern.Job}_' || {Stamp("'+0 hour'")})"
            : column.Name.EndsWith("_at", StringComparison.Ordinal) || column.Name == "as_of" ? $"{name} - n.i * {DayMicroseconds}" : name;
    }

    private static async Task<IReadOnlyList<(string Name, string Type)>> ColumnsAsync(SqliteConnection connection, string table)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT name, type FROM pragma_table_info('{table}') ORDER BY cid";
        await using var reader = await command.ExecuteReaderAsync();
        var columns = new List<(string, string)>();
        while (await reader.ReadAsync())
            columns.Add((reader.GetString(0), reader.GetString(1)));
        return columns;
    }

    private static async Task DoAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
