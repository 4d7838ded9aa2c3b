using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Runs;

/// <summary>Scheduled runs that could not start, one row a run. One that started after all is not told any more. Thread-safe.</summary>
/// <remarks>Isolation: one statement. The same try saved again is one try.</remarks>
/// <param name="database">The database.</param>
public sealed class UnstartedRunStore(StateDatabase database)
{
    private const string Query =
        "SELECT run_id, tried_at, tries, retry_until, reason FROM unstarted_runs u WHERE NOT EXISTS (SELECT 1 FROM runs r WHERE r.run_id = u.run_id)";

    /// <summary>Records one more try that came to nothing.</summary>
    /// <param name="run">The run.</param>
    /// <param name="at">When it was tried.</param>
    /// <param name="retryUntil">Until when it is tried again; null means that it is given up.</param>
    /// <param name="reason">Why it could not start.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task SaveAsync(RunId run, DateTimeOffset at, DateTimeOffset? retryUntil, string reason, CancellationToken ct) =>
        database.WriteAsync(tx => tx.ExecuteAsync("""
            INSERT INTO unstarted_runs (run_id, job, scheduled_at, tried_at, tries, retry_until, reason)
            VALUES (@run, @Job, @scheduled, @tried, 1, @until, @reason)
            ON CONFLICT (run_id) DO UPDATE SET tried_at = excluded.tried_at,
                tries = unstarted_runs.tries + CASE WHEN unstarted_runs.tried_at = excluded.tried_at THEN 0 ELSE 1 END,
                retry_until = excluded.retry_until,
                reason = excluded.reason
            """, new
        {
            run = run.ToString(),
            run.Job,
            scheduled = EpochMicroseconds.Of(run.ScheduledAt),
            tried = EpochMicroseconds.Of(at),
            until = retryUntil is { } until ? EpochMicroseconds.Of(until) : (long?)null,
            reason,
        }), Isolation.RowLocks, ct);

    /// <summary>The run, when it was tried and could not start; null means that it was not tried, or has started.</summary>
    public Task<UnstartedRun?> FindAsync(RunId run, CancellationToken ct) => database.ReadAsync(async tx =>
        (await tx.FindAsync<Row>($"{Query} AND u.run_id = @run", new { run = run.ToString() }).ConfigureAwait(false))?.ToRun(), ct);

    /// <summary>The newest, newest first.</summary>
    /// <param name="job">Only of this job; null means all.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<IReadOnlyList<UnstartedRun>> ListAsync(string? job, int limit, CancellationToken ct) => database.ReadAsync(async tx =>
    {
        var only = job is null ? "" : "AND u.job = @job";
        var rows = await tx.QueryAsync<Row>($"{Query} {only} ORDER BY u.scheduled_at DESC LIMIT @limit", new { job, limit }).ConfigureAwait(false);
        return (IReadOnlyList<UnstartedRun>)[.. rows.Select(r => r.ToRun())];
    }, ct);

    private sealed class Row
    {
        public string RunId { get; init; } = "";
        public long TriedAt { get; init; }
        public long Tries { get; init; }
        public long? RetryUntil { get; init; }
        public string Reason { get; init; } = "";

        public UnstartedRun ToRun() => new(Domain.RunId.Parse(RunId), EpochMicroseconds.ToInstant(TriedAt), Tries,
            RetryUntil is { } until ? EpochMicroseconds.ToInstant(until) : null, Reason);
    }
}
