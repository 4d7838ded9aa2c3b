using System.Text;
using System.Text.Json;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Transactions;

namespace BatchEngine.Storage.Database.Lanes;

/// <summary>What versions before the table of lanes kept of each job's schedule in the tables of Quartz, and what later ones left there. Only read, and
/// forgotten. Thread-safe.</summary>
/// <param name="database">The database.</param>
public sealed class FormerLanes(StateDatabase database)
{
    private static readonly string[] s_triggers =
        ["QRTZ_CRON_TRIGGERS", "QRTZ_SIMPLE_TRIGGERS", "QRTZ_SIMPROP_TRIGGERS", "QRTZ_BLOB_TRIGGERS", "QRTZ_TRIGGERS"];

    /// <summary>Each job found there with its values by name; none where a later version stored no value. A text that is no list of values has the whole of it
    /// under the empty name.</summary>
    public Task<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>> ListAsync(CancellationToken ct) =>
        database.ReadTogetherAsync<IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>>>(async tx =>
    {
        var jobs = new Dictionary<string, IReadOnlyDictionary<string, string>>(StringComparer.Ordinal);
        if (!await HasTablesAsync(tx).ConfigureAwait(false))
            return jobs;
        foreach (var row in await tx.QueryAsync<Row>("SELECT JOB_NAME, JOB_DATA FROM QRTZ_JOB_DETAILS ORDER BY JOB_NAME").ConfigureAwait(false))
            jobs[row.JobName] = Values(row.JobData);
        return jobs;
    }, ct);

    /// <summary>Removes all of it, once it is carried over.</summary>
    public Task ForgetAsync(CancellationToken ct) => database.WriteAsync(async tx =>
    {
        if (!await HasTablesAsync(tx).ConfigureAwait(false))
            return false;
        foreach (var table in s_triggers)
            await tx.ExecuteAsync($"DELETE FROM {table}", new { }).ConfigureAwait(false);
        return await tx.ExecuteAsync("DELETE FROM QRTZ_JOB_DETAILS", new { }).ConfigureAwait(false) > 0;
    }, ct);

    private static Task<bool> HasTablesAsync(StateTransaction tx) => tx.HasTableAsync("QRTZ_JOB_DETAILS");

    private static IReadOnlyDictionary<string, string> Values(byte[]? data)
    {
        if (data is null || data.Length == 0)
            return new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(data) ?? [];
        }
        catch (JsonException)
        {
            return new Dictionary<string, string>(StringComparer.Ordinal) { [""] = Encoding.UTF8.GetString(data) };
        }
    }

    private sealed class Row
    {
        public string JobName { get; init; } = "";
        public byte[]? JobData { get; init; }
    }
}
