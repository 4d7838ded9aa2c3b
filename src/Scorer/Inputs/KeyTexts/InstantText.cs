using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Scorer.Inputs.KeyTexts;

/// <summary>The one text of a date, time or timestamp: ISO 8601 with the digits of its unit, and a Z where it is in UTC. Pure.</summary>
/// <remarks>Years outside 0 to 9999 have a sign and at least six digits, as ISO 8601 expands them.</remarks>
internal static class InstantText
{
    private const long SecondsPerDay = 86_400;

    /// <summary>Writes days since 1970-01-01.</summary>
    /// <returns>Bytes written.</returns>
    public static int WriteDate(long days, Span<byte> target)
    {
        var (year, month, day) = Civil(days);
        var written = 0;
        if (year is >= 0 and <= 9_999)
            written = Put(target, year, 4);
        else
            year.TryFormat(target, out written, "+000000;-000000", CultureInfo.InvariantCulture);
        target[written++] = (byte)'-';
        written += Put(target[written..], month, 2);
        target[written++] = (byte)'-';
        return written + Put(target[written..], day, 2);
    }

    /// <summary>Writes a time of day.</summary>
    /// <param name="value">In the unit, since midnight.</param>
    /// <param name="unit">The unit.</param>
    /// <param name="isUtc">Whether it is in UTC.</param>
    /// <param name="target">Where to.</param>
    /// <returns>Bytes written.</returns>
    public static int WriteTime(long value, FractionDigits unit, bool isUtc, Span<byte> target)
    {
        var perSecond = PerSecond(unit);
        var (seconds, fraction) = (value / perSecond, value % perSecond);
        var written = Put(target, seconds / 3_600, 2);
        target[written++] = (byte)':';
        written += Put(target[written..], seconds / 60 % 60, 2);
        target[written++] = (byte)':';
        written += Put(target[written..], seconds % 60, 2);
        target[written++] = (byte)'.';
        written += Put(target[written..], fraction, (int)unit);
        if (isUtc)
            target[written++] = (byte)'Z';
        return written;
    }

    /// <summary>Writes an instant.</summary>
    /// <param name="value">In the unit, since 1970-01-01.</param>
    /// <param name="unit">The unit.</param>
    /// <param name="isUtc">Whether it is in UTC.</param>
    /// <param name="target">Where to.</param>
    /// <returns>Bytes written.</returns>
    public static int WriteTimestamp(long value, FractionDigits unit, bool isUtc, Span<byte> target)
    {
        var perDay = SecondsPerDay * PerSecond(unit);
        var days = Math.DivRem(value, perDay, out var ofDay);
        if (ofDay < 0)
            (days, ofDay) = (days - 1, ofDay + perDay);
        return Write(days, ofDay, unit, isUtc, target);
    }

    /// <summary>Writes an instant.</summary>
    /// <param name="days">Since 1970-01-01.</param>
    /// <param name="ofDay">In the unit, since midnight.</param>
    /// <param name="unit">The unit.</param>
    /// <param name="isUtc">Whether it is in UTC.</param>
    /// <param name="target">Where to.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(long days, long ofDay, FractionDigits unit, bool isUtc, Span<byte> target)
    {
        var written = WriteDate(days, target);
        target[written++] = (byte)'T';
        return written + WriteTime(ofDay, unit, isUtc, target[written..]);
    }

    private static long PerSecond(FractionDigits unit) => unit switch
    {
        FractionDigits.Millis => 1_000,
        FractionDigits.Micros => 1_000_000,
        _ => 1_000_000_000,
    };

    private static int Put(Span<byte> target, long number, int digits)
    {
        for (var i = digits - 1; i >= 0; i--)
        {
            target[i] = (byte)('0' + (number % 10));
            number /= 10;
        }
        return digits;
    }

    // The proleptic Gregorian calendar, counted in eras of 400 years that begin on a 1st of March.
    private static (long Year, int Month, int Day) Civil(long days)
    {
        const int daysPerEra = 146_097;
        const int fromEraToEpoch = 719_468;
        days += fromEraToEpoch;
        var era = (days >= 0 ? days : days - daysPerEra + 1) / daysPerEra;
        var ofEra = days - (era * daysPerEra);
        var yearOfEra = (ofEra - (ofEra / 1_460) + (ofEra / 36_524) - (ofEra / 146_096)) / 365;
        var ofYear = ofEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        var shifted = ((5 * ofYear) + 2) / 153;
        var day = (int)(ofYear - (((153 * shifted) + 2) / 5) + 1);
        var month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
        return (yearOfEra + (era * 400) + (month <= 2 ? 1 : 0), month, day);
    }
}
