using BatchEngine.Domain;
using Quartz;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>The instants of a cron expression in a time zone. Immutable and safe for several threads.</summary>
/// <remarks>
/// When clocks go forward, a fixed time inside the gap fires once, at the first instant after it. When clocks go back, a fixed time inside the doubled hour
/// fires once, at its first pass.
/// An expression that names a step, a range or every hour follows elapsed time instead and fires in both passes. The tests state each case.
/// </remarks>
public sealed class CronOccurrences
{
    private readonly CronExpression _expression;

    /// <summary>Reads the expression and the zone.</summary>
    /// <param name="schedule">Cron with seconds, and an IANA time zone.</param>
    /// <param name="place">Where it was written, for the error.</param>
    /// <exception cref="BadInputException">The expression or the zone is unknown.</exception>
    public CronOccurrences(Schedule schedule, string place)
    {
        try
        {
            Zone = TimeZoneInfo.FindSystemTimeZoneById(schedule.TimeZone);
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException or System.Security.SecurityException)
        {
            throw new BadInputException($"{place}, timeZone", $"'{schedule.TimeZone}'", "an IANA time zone such as Europe/Berlin or UTC", "Mend the name.", e);
        }
        try
        {
            _expression = new CronExpression(schedule.Cron, Zone);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new BadInputException($"{place}, cron", $"'{schedule.Cron}'",
                "a cron expression with seconds, for instance '0 0 2 * * ?' for every night at two", e.Message, e);
        }
    }

    /// <summary>The zone.</summary>
    public TimeZoneInfo Zone { get; }

    /// <summary>The first occurrence strictly after an instant, in UTC; null means there is none any more.</summary>
    public DateTimeOffset? Next(DateTimeOffset after) => _expression.GetNextValidTimeAfter(after)?.ToUniversalTime();

    /// <summary>Every occurrence after <paramref name="from"/> up to and including <paramref name="to"/>, for a backfill; at most
    /// <paramref name="max"/>.</summary>
    public IReadOnlyList<DateTimeOffset> Between(DateTimeOffset from, DateTimeOffset to, int max)
    {
        var found = new List<DateTimeOffset>();
        for (var next = Next(from); next is { } at && at <= to && found.Count < max; next = Next(at))
            found.Add(at);
        return found;
    }
}
