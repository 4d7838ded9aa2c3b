using BatchEngine.Domain;
using Quartz;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>The instants of a cron expression in a time zone. Safe for several threads.</summary>
/// <remarks>
/// When clocks go forward, a fixed time inside the gap fires once, at the first instant after it. When clocks go back, a fixed time inside the doubled hour
/// fires once, at its first pass.
/// An expression that names a step, a range or every hour follows elapsed time instead and fires in both passes. The tests state each case.
/// </remarks>
public sealed class CronOccurrences
{
    private const int MaxLookedAt = 1_000;
    private static readonly double[] s_reachDays = [1.0 / 24, 1, 32];
    private readonly CronExpression _expression;

    /// <summary>Reads the expression and the zone.</summary>
    /// <param name="schedule">Cron with seconds, and an IANA time zone.</param>
    /// <param name="place">Where it was written, for the error.</param>
    /// <exception cref="BadInputException">The expression or the zone is unknown.</exception>
    public CronOccurrences(Schedule schedule, string place)
    {
        TimeZoneInfo zone;
        try
        {
            zone = TimeZoneInfo.FindSystemTimeZoneById(schedule.TimeZone);
        }
        catch (Exception e) when (e is TimeZoneNotFoundException or InvalidTimeZoneException or System.Security.SecurityException)
        {
            throw new BadInputException($"{place}, timeZone", $"'{schedule.TimeZone}'", "an IANA time zone such as Europe/Berlin or UTC", "Mend the name.", e);
        }
        try
        {
            _expression = new CronExpression(schedule.Cron, zone);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new BadInputException($"{place}, cron", $"'{schedule.Cron}'",
                "a cron expression with seconds, for instance '0 0 2 * * ?' for every night at two", e.Message, e);
        }
    }

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

    /// <summary>The latest occurrence of the 32 days up to and including an instant; null means that there was none, or that the job fires so often that
    /// any instant will do (1,000 times an hour).</summary>
    public DateTimeOffset? LatestDue(DateTimeOffset now)
    {
        foreach (var reach in s_reachDays)
        {
            var due = Between(now.AddDays(-reach), now, MaxLookedAt);
            if (due.Count is > 0 and < MaxLookedAt)
                return due[^1];
        }
        return null;
    }
}
