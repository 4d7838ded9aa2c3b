using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Runs;

/// <summary>The latest night of each scheduled job, whichever process ran it, and whatever a person made of it since. Thread-safe.</summary>
/// <param name="database">The database.</param>
public sealed class LatestNights(StateDatabase database)
{
    /// <summary>One a job that has had any, by job. A night that is going on leaves the one before in its place.</summary>
    public Task<IReadOnlyList<LatestNight>> ListAsync(CancellationToken ct) => database.ReadTogetherAsync<IReadOnlyList<LatestNight>>(async tx =>
    {
        var latest = new SortedDictionary<string, LatestNight>(StringComparer.Ordinal);
        foreach (var row in await tx.QueryAsync<Row>("""
            SELECT r.run_id, r.state, NULL AS retry_until FROM lanes l JOIN runs r ON r.run_id = (
                SELECT x.run_id FROM runs x WHERE x.job = l.job AND x.ended_at IS NOT NULL ORDER BY x.scheduled_at DESC LIMIT 1)
            """).ConfigureAwait(false))
            Add(row);
        foreach (var row in await tx.QueryAsync<Row>("""
            SELECT u.run_id, NULL AS state, u.retry_until FROM lanes l JOIN unstarted_runs u ON u.run_id = (
                SELECT x.run_id FROM unstarted_runs x WHERE x.job = l.job AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.run_id = x.run_id)
                ORDER BY x.scheduled_at DESC LIMIT 1)
            WHERE NOT EXISTS (SELECT 1 FROM runs r WHERE r.job = u.job AND r.scheduled_at > u.scheduled_at AND r.ended_at IS NOT NULL)
            """).ConfigureAwait(false))
            Add(row);
        return [.. latest.Values];

        void Add(Row row)
        {
            var run = RunId.Parse(row.RunId);
            latest[run.Job] = new LatestNight(run, row.State is null ? null : Enum.Parse<RunState>(row.State),
                row.RetryUntil is { } until ? EpochMicroseconds.ToInstant(until) : null);
        }
    }, ct);

    private sealed class Row
    {
        public string RunId { get; init; } = "";
        public string? State { get; init; }
        public long? RetryUntil { get; init; }
    }
}
