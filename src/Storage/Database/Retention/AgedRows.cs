using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Retention;

/// <summary>Rows that go by their age alone: decisions, nights that could not start, tallies of look-ups, workers that have gone. Thread-safe; every method may
/// be repeated.</summary>
/// <param name="database">The database.</param>
public sealed class AgedRows(StateDatabase database)
{
    private const int Portion = 1_000;

    private static readonly IReadOnlyDictionary<RetentionKind, AgedTable[]> s_tables = new Dictionary<RetentionKind, AgedTable[]>
    {
        // What was decided on a run goes after the run.
        [RetentionKind.Decisions] = [new("decisions", "decided_at", "decision_number",
            "(t.run_id IS NULL OR EXISTS (SELECT 1 FROM retired_runs r WHERE r.run_id = t.run_id))")],
        // The latest night of a job stays, since readiness tells it.
        [RetentionKind.UnstartedRuns] = [new("unstarted_runs", "scheduled_at", "run_id",
            "EXISTS (SELECT 1 FROM unstarted_runs n WHERE n.job = t.job AND n.scheduled_at > t.scheduled_at) "
            + "OR EXISTS (SELECT 1 FROM runs n WHERE n.job = t.job AND n.scheduled_at >= t.scheduled_at)")],
        [RetentionKind.Answers] = [new("answers", "hour_at", null, "1 = 1"), new("diagnostic_answers", "hour_at", null, "1 = 1")],
        [RetentionKind.Workers] = [new("workers", "seen_at", "name", "1 = 1")],
    };

    /// <summary>The kinds.</summary>
    public static IEnumerable<RetentionKind> Kinds => s_tables.Keys.Order();

    /// <summary>How many would go, and their earliest and latest instant; null means that none would.</summary>
    public Task<(long Count, DateTimeOffset Oldest, DateTimeOffset Newest)?> CountAsync(RetentionKind kind, DateTimeOffset before, CancellationToken ct) =>
        database.ReadTogetherAsync<(long, DateTimeOffset, DateTimeOffset)?>(async tx =>
    {
        (long Count, long Oldest, long Newest) all = (0, long.MaxValue, long.MinValue);
        foreach (var (table, at, _, which) in s_tables[kind])
        {
            var row = await tx.FindAsync<Row>($"""
                SELECT COUNT(*) AS many, MIN(t.{at}) AS oldest, MAX(t.{at}) AS newest FROM {table} t WHERE t.{at} < @before AND ({which})
                """, new { before = EpochMicroseconds.Of(before) }).ConfigureAwait(false);
            if (row is { Many: > 0 })
                all = (all.Count + row.Many, Math.Min(all.Oldest, row.Oldest!.Value), Math.Max(all.Newest, row.Newest!.Value));
        }
        return all.Count == 0 ? null : (all.Count, EpochMicroseconds.ToInstant(all.Oldest), EpochMicroseconds.ToInstant(all.Newest));
    }, ct);

    /// <summary>Removes them, a portion a transaction; gives how many.</summary>
    public async Task<long> RemoveAsync(RetentionKind kind, DateTimeOffset before, CancellationToken ct)
    {
        var removed = 0L;
        foreach (var (table, at, key, which) in s_tables[kind])
        {
            // Tallies have no key of one column; they are few an hour.
            var rows = key is null ? $"t.{at} < @before AND ({which})"
                : $"t.{key} IN (SELECT t.{key} FROM {table} t WHERE t.{at} < @before AND ({which}) ORDER BY t.{at} LIMIT {Portion})";
            int portion;
            do
            {
                portion = await database.WriteAsync(async tx =>
                {
                    // The engine lets decisions go that are older than what is written down.
                    if (kind == RetentionKind.Decisions)
                        await tx.ExecuteAsync("""
                            INSERT INTO retired_until (subject, until_at) VALUES ('decisions', @before)
                            ON CONFLICT (subject) DO UPDATE SET until_at = excluded.until_at WHERE excluded.until_at > retired_until.until_at
                            """, new { before = EpochMicroseconds.Of(before) }).ConfigureAwait(false);
                    return await tx.ExecuteAsync($"DELETE FROM {table} AS t WHERE {rows}", new { before = EpochMicroseconds.Of(before) }).ConfigureAwait(false);
                }, ct).ConfigureAwait(false);
                removed += portion;
            }
            while (key is not null && portion == Portion);
        }
        return removed;
    }

    private sealed record AgedTable(string Table, string At, string? Key, string Which);

    private sealed class Row
    {
        public long Many { get; init; }
        public long? Oldest { get; init; }
        public long? Newest { get; init; }
    }
}
