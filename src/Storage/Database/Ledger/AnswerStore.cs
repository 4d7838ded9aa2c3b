using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Ledger;

/// <summary>Counts of answered look-ups by hour, source and reason. Thread-safe; counts of several routers add up.</summary>
/// <remarks>Isolation: row locks; a count is raised by one statement.</remarks>
/// <param name="database">The database.</param>
public sealed class AnswerStore(StateDatabase database)
{
    private static readonly TimeSpan KeptWriters = TimeSpan.FromDays(30);

    /// <summary>Adds to a count, once: an addition that the writer's last stored number covers was added already, and nothing is added. So an addition whose
    /// answer was lost is handed over again, unchanged and before the next.</summary>
    /// <param name="writer">Who counts; no two that live at a time have one name.</param>
    /// <param name="number">The addition's number: from 1, and greater with each of the writer's.</param>
    /// <param name="count">Look-ups to add; not negative. The hour is an instant in the hour, cut to its start.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task AddAsync(string writer, long number, AnswerCount count, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count.Count);
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        var start = count.Hour.UtcTicks - (count.Hour.UtcTicks % TimeSpan.TicksPerHour);
        var table = count.IsDiagnostic ? "diagnostic_answers" : "answers";
        return database.WriteAsync(async tx =>
        {
            var isNew = await tx.ExecuteAsync("""
                INSERT INTO answer_writers (writer, number, added_at) VALUES (@writer, @number, @now)
                ON CONFLICT (writer) DO UPDATE SET number = excluded.number, added_at = excluded.added_at WHERE answer_writers.number < excluded.number
                """, new { writer, number, now = tx.NowMicroseconds }).ConfigureAwait(false) == 1;
            if (!isNew)
                return 0;
            if (number == 1)
                await tx.ExecuteAsync("DELETE FROM answer_writers WHERE added_at < @old",
                    new { old = tx.NowMicroseconds - EpochMicroseconds.Of(KeptWriters) }).ConfigureAwait(false);
            return await tx.ExecuteAsync($"""
                INSERT INTO {table} (serving_name, hour_at, source, reason, answered) VALUES (@ServingName, @hourAt, @source, @reason, @Count)
                ON CONFLICT (serving_name, hour_at, source, reason) DO UPDATE SET answered = {table}.answered + @Count
                """, new
            {
                count.ServingName,
                hourAt = EpochMicroseconds.Of(new DateTimeOffset(start, TimeSpan.Zero)),
                source = count.Source.ToString().ToLowerInvariant(),
                reason = count.Reason.ToString(),
                count.Count,
            }).ConfigureAwait(false);
        }, Isolation.RowLocks, ct);
    }

    /// <summary>The counts of the hours that start in the half-open interval, by hour, name, source and reason.</summary>
    public Task<IReadOnlyList<AnswerCount>> ListAsync(DateTimeOffset from, DateTimeOffset toExclusive, CancellationToken ct) => database.ReadAsync(async tx =>
    {
        var rows = await tx.QueryAsync<Row>("""
            SELECT serving_name, hour_at, source, reason, answered, 0 AS diagnostic FROM answers WHERE hour_at >= @from AND hour_at < @to
            UNION ALL
            SELECT serving_name, hour_at, source, reason, answered, 1 AS diagnostic FROM diagnostic_answers WHERE hour_at >= @from AND hour_at < @to
            ORDER BY hour_at, serving_name, source, reason, diagnostic
            """, new { from = EpochMicroseconds.Of(from), to = EpochMicroseconds.Of(toExclusive) }).ConfigureAwait(false);
        return (IReadOnlyList<AnswerCount>)[.. rows.Select(r => r.ToCount())];
    }, ct);

    private sealed class Row
    {
        public string ServingName { get; init; } = "";
        public long HourAt { get; init; }
        public string Source { get; init; } = "";
        public string Reason { get; init; } = "";
        public long Answered { get; init; }
        public long Diagnostic { get; init; }

        public AnswerCount ToCount() =>
            new(ServingName, EpochMicroseconds.ToInstant(HourAt), Enum.Parse<AnswerSource>(Source, ignoreCase: true), Enum.Parse<RouteReason>(Reason),
            Answered, Diagnostic != 0);
    }
}
