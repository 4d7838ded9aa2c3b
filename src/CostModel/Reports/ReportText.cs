using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Reports;

/// <summary>Numbers as people read them in a report: always with their unit, never with more digits than they deserve. Pure, culture-invariant.</summary>
internal static class ReportText
{
    /// <summary>Longer texts are cut, so that a report's size is bounded.</summary>
    internal const int MaxTextLength = 240;

    internal static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    internal static string Count(long count, string singular, string plural) => $"{Count(count)} {(count == 1 ? singular : plural)}";

    /// <summary>Two decimals from one unit of the currency up, three significant digits below.</summary>
    internal static string Amount(Money money)
    {
        var size = Math.Abs(money.Amount);
        if (size >= 1m || size == 0m)
            return string.Create(CultureInfo.InvariantCulture, $"{money.Amount:N2} {money.Currency}");
        var decimals = 3;
        for (var scaled = size; scaled < 0.1m && decimals < 12; decimals++)
            scaled *= 10m;
        return $"{money.Amount.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)} {money.Currency}";
    }

    internal static string Duration(TimeSpan duration)
    {
        if (duration < TimeSpan.Zero)
            return "-" + Duration(-duration);
        if (duration.TotalSeconds < 1)
            return string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0} ms");
        if (duration.TotalSeconds < 60)
            return string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s");
        if (duration.TotalHours < 1)
            return string.Create(CultureInfo.InvariantCulture, $"{duration.Minutes} min {duration.Seconds} s");
        return string.Create(CultureInfo.InvariantCulture, $"{(long)duration.TotalHours} h {duration.Minutes} min");
    }

    internal static string Share(double share) =>
        share is > 0 and < 0.0005 ? "< 0.1 %" : share is > 0.9995 and < 1 ? "> 99.9 %" : string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %");

    internal static string Instant(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    internal static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>Cuts a text so that it stays within its length once escaped: markup characters count for six, other characters beyond ASCII for
    /// three.</summary>
    internal static string Cut(string text, int maxLength = MaxTextLength)
    {
        var length = 0;
        for (var index = 0; index < text.Length; index++)
        {
            length += text[index] is '<' or '>' or '&' or '"' or '\'' ? 6 : char.IsAscii(text[index]) ? 1 : 3;
            if (length > maxLength)
                return string.Concat(text.AsSpan(0, index > 0 && char.IsLowSurrogate(text[index]) ? index - 1 : index), "…");
        }

        return text;
    }
}
