namespace BatchEngine.Scheduler.Triggers;

/// <summary>What the wall clocks of a time zone show, and when they are changed. Asks the system one way only, from UTC to the wall: the other way is
/// ambiguous, and the system's own answers to it are wrong where winter time is the exception (Europe/Dublin, Africa/Casablanca). Thread-safe.</summary>
/// <param name="zone">The zone.</param>
internal sealed class ZoneClock(TimeZoneInfo zone)
{
    /// <summary>Clocks have never been moved further than this at once (Pacific/Apia left out a day).</summary>
    public static readonly TimeSpan MaxMove = TimeSpan.FromHours(26);

    // Two changes lie days apart, so none hides between two looks.
    private static readonly TimeSpan s_look = TimeSpan.FromHours(12);

    /// <summary>What is added to UTC at an instant.</summary>
    public TimeSpan OffsetAt(DateTime utc) => zone.GetUtcOffset(utc);

    /// <summary>The first instant after <paramref name="after"/>, up to and including <paramref name="through"/>, from which another offset holds; null
    /// means none.</summary>
    public DateTime? FirstChange(DateTime after, DateTime through)
    {
        var offset = OffsetAt(after);
        for (var seen = after; seen < through;)
        {
            var next = through - seen > s_look ? seen + s_look : through;
            if (OffsetAt(next) != offset)
                return Between(seen, next, offset);
            seen = next;
        }
        return null;
    }

    /// <summary>Until when, exclusive, the wall clock shows at <paramref name="utc"/> what it showed before, since it was set back; null means that it does
    /// not.</summary>
    public DateTime? SecondPassUntil(DateTime utc)
    {
        DateTime? until = null;
        for (var at = utc - MaxMove; FirstChange(at, utc) is { } change; at = change)
        {
            var setBack = OffsetAt(change.AddTicks(-1)) - OffsetAt(change);
            until = setBack > TimeSpan.Zero && utc < change + setBack ? change + setBack : null;
        }
        return until;
    }

    // Whole seconds: clocks are changed at no others.
    private DateTime Between(DateTime before, DateTime changed, TimeSpan offset)
    {
        var (low, high) = (before.Ticks / TimeSpan.TicksPerSecond, -(-changed.Ticks / TimeSpan.TicksPerSecond));
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            if (OffsetAt(new DateTime(middle * TimeSpan.TicksPerSecond, DateTimeKind.Utc)) == offset)
                low = middle;
            else
                high = middle;
        }
        return new DateTime(high * TimeSpan.TicksPerSecond, DateTimeKind.Utc);
    }
}
