using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Ledger;

/// <summary>Counts of answered look-ups by hour, source and reason. Thread-safe; counts of several routers add up.</summary>
/// <param name="database">The database.</param>
public sealed class AnswerStore(StateDatabase database)
{
    /// <summary>Adds to a count. Not idempotent: each call counts.</summary>
    /// <param name="servingName">The name that was looked up.</param>
    /// <param name="hour">An instant in the hour; cut to its start.</param>
    /// <param name="source">Where the answers came from.</param>
    /// <param name="reason">Why it was answered that way.</param>
    /// <param name="count">Look-ups to add; not negative.</param>
    /// <param name="isDiagnostic">Whether a person asked to see what would be answered, and no application.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task AddAsync(string servingName, DateTimeOffset hour, AnswerSource source, RouteReason reason, long count, bool isDiagnostic,
        CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var start = hour.UtcTicks - (hour.UtcTicks % TimeSpan.TicksPerHour);
        var table = isDiagnostic ? "diagnostic_answers" : "answers";
        return database.WriteAsync(tx => tx.ExecuteAsync($"""
            INSERT INTO {table} (serving_name, hour_at, source, reason, answered) VALUES (@servingName, @hourAt, @source, @reason, @count)
            ON CONFLICT (serving_name, hour_at, source, reason) DO UPDATE SET answered = {table}.answered + @count
            """, new
        {
            servingName,
            hourAt = EpochMicroseconds.Of(new DateTimeOffset(start, TimeSpan.Zero)),
            source = source.ToString().ToLowerInvariant(),
            reason = reason.ToString(),
            count,
        }), ct);
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
