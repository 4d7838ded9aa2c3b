using BatchEngine.Domain;
using Quartz;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>The instants of a cron expression in a time zone. Safe for several threads.</summary>
/// <remarks>
/// Quartz says which times of the wall clock an expression names; at which instants a zone's clocks show them is reckoned here, since Quartz gives one instant
/// again and again where winter time is the exception (Africa/Casablanca, Europe/Dublin).
/// Occurrences strictly increase. When clocks go forward, times inside the gap fire once, at the first instant after it; an expression of every hour loses
/// nothing there and follows elapsed time. When clocks go back, a time inside the doubled span fires once, at its first pass; an expression with a step, a
/// range
/// or '*' in its second, minute or hour follows elapsed time instead and fires in both passes. The tests state each case and sweep every zone.
/// </remarks>
public sealed class CronOccurrences
{
    private const int MaxLookedAt = 1_000;
    private const int Hour = 2;
    private static readonly double[] s_reachDays = [1.0 / 24, 1, 32];
    private readonly CronExpression _wall;
    private readonly ZoneClock _zone;
    private readonly bool _followsElapsedTime;
    private readonly bool _isEveryHour;

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
            _wall = new CronExpression(schedule.Cron, TimeZoneInfo.Utc);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new BadInputException($"{place}, cron", $"'{schedule.Cron}'",
                "a cron expression with seconds, for instance '0 0 2 * * ?' for every night at two", e.Message, e);
        }
        _zone = new ZoneClock(zone);
        var times = schedule.Cron.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..(Hour + 1)];
        _followsElapsedTime = times.Any(field => field.AsSpan().ContainsAny("*-/"));
        _isEveryHour = IsEveryHour(times[Hour]);
    }

    /// <summary>The first occurrence strictly after an instant, in UTC; null means there is none any more.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        var since = after.UtcDateTime;
        var offset = _zone.OffsetAt(since);
        // Times of the wall up to here have had their turn.
        var passed = since + offset;
        if (!_followsElapsedTime && _zone.SecondPassUntil(since) is { } until)
            passed = (until + offset).AddTicks(-1);
        while (true)
        {
            var due = NextOnTheWall(passed) - offset;
            if (_zone.FirstChange(since, due ?? since + ZoneClock.MaxMove) is not { } change)
                return due is { } at ? new DateTimeOffset(at, TimeSpan.Zero) : null;
            var (before, now) = (change + offset, change + _zone.OffsetAt(change));
            if (now > before && !_isEveryHour && NextOnTheWall(before.AddTicks(-1)) < now)
                return new DateTimeOffset(change, TimeSpan.Zero);
            passed = (now < before && !_followsElapsedTime ? before : now).AddTicks(-1);
            (since, offset) = (change, now - change);
        }
    }

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

    private DateTime? NextOnTheWall(DateTime after) => _wall.GetNextValidTimeAfter(new DateTimeOffset(after, TimeSpan.Zero))?.UtcDateTime;

    private static bool IsEveryHour(string field)
    {
        var midnight = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var hours = new CronExpression($"0 0 {field} * * ?", TimeZoneInfo.Utc);
        return Enumerable.Range(0, 24).All(hour => hours.IsSatisfiedBy(midnight.AddHours(hour)));
    }
}
