using BatchEngine.Domain;

namespace BatchEngine.Scorer.Features;

/// <summary>Parts of dates and instants in UTC, whole numbers in and doubles out.</summary>
internal static class CalendarMath
{
    public const long MicrosPerSecond = 1_000_000;
    public const long MicrosPerDay = 86_400 * MicrosPerSecond;
    private const long MicrosPerHour = 3_600 * MicrosPerSecond;
    private const int DaysToEpoch = 719_162;
    private const int LastDayNumber = 3_652_058;
    private const int WeekdayOfEpoch = 3;

    /// <summary>The part of an instant; a calendar part of a year outside 1 to 9999 is missing (NaN).</summary>
    /// <param name="part">The part of the instant that is wanted.</param>
    /// <param name="micros">Microseconds since 1970-01-01 UTC.</param>
    public static double OfInstant(CalendarPart part, long micros) => part switch
    {
        CalendarPart.Hour => Floor(micros, MicrosPerHour) - Floor(micros, MicrosPerDay) * 24,
        CalendarPart.SecondsSinceEpoch => micros / (double)MicrosPerSecond,
        _ => OfDay(part, Floor(micros, MicrosPerDay)),
    };

    /// <summary>The part of a date; a calendar part of a year outside 1 to 9999 is missing (NaN).</summary>
    /// <param name="part">Which; a date has no hour.</param>
    /// <param name="days">Days since 1970-01-01.</param>
    public static double OfDay(CalendarPart part, long days)
    {
        switch (part)
        {
            case CalendarPart.DaysSinceEpoch:
                return days;
            case CalendarPart.SecondsSinceEpoch:
                return days * 86_400.0;
            case CalendarPart.DayOfWeek:
                return ((days + WeekdayOfEpoch) % 7 + 7) % 7;
        }
        var number = days + DaysToEpoch;
        if (number is < 0 or > LastDayNumber)
            return double.NaN;
        var date = DateOnly.FromDayNumber((int)number);
        return part switch
        {
            CalendarPart.Year => date.Year,
            CalendarPart.Month => date.Month,
            CalendarPart.Day => date.Day,
            CalendarPart.DayOfYear => date.DayOfYear,
            _ => throw new InvariantBrokenException("every calendar part has its arithmetic", part.ToString()),
        };
    }

    private static long Floor(long value, long divisor)
    {
        var quotient = value / divisor;
        return value % divisor < 0 ? quotient - 1 : quotient;
    }
}
