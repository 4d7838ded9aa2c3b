using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Host.Terminal;

/// <summary>Numbers as people read them, always with a unit, always in the invariant culture.</summary>
internal static class Figures
{
    /// <summary>The most decimals of an amount of money.</summary>
    public const int MaxDecimals = 10;

    /// <summary>"1.24 M rows/s", "85.1 k rows/s", "4,205 rows/s", "420 rows/s", "3.5 rows/s".</summary>
    public static string Rate(double rowsPerSecond) => $"{Short(rowsPerSecond)} rows/s";

    /// <summary>"1.24 M", "85.1 k", "4,205", "420", "3.5".</summary>
    public static string Short(double number) => number switch
    {
        >= 1e9 => string.Create(CultureInfo.InvariantCulture, $"{number / 1e9:0.00} G"),
        >= 1e6 => string.Create(CultureInfo.InvariantCulture, $"{number / 1e6:0.00} M"),
        >= 1e4 => string.Create(CultureInfo.InvariantCulture, $"{number / 1e3:0.0} k"),
        >= 100 => string.Create(CultureInfo.InvariantCulture, $"{number:N0}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{number:0.#}"),
    };

    /// <summary>"1,234,567".</summary>
    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>"1.5 MB" in powers of 1000.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        >= 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.00} GB"),
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
        >= 1_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0} kB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
    };

    /// <summary>"850 ms", "12.3 s", "4 min 05 s", "2 h 10 min", "3 d 4 h".</summary>
    public static string Duration(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0} ms"),
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes} min {span.Seconds:00} s"),
        { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours} h {span.Minutes:00} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalDays} d {span.Hours} h"),
    };

    /// <summary>Money with four significant digits below a cent: "0.00001234 USD", "12.34 USD".</summary>
    public static string Price(Money money) => $"{Amount(money)} {money.Currency}";

    /// <summary>The same without the currency, for a table that names it once; what rounds to nothing is "below" the last decimal.</summary>
    public static string Amount(Money money, int maxDecimals = MaxDecimals)
    {
        var amount = Math.Abs(money.Amount);
        var decimals = amount >= 1 ? 2 : amount == 0 ? 2 : Math.Clamp(3 - (int)Math.Floor(Math.Log10((double)amount)), 4, maxDecimals);
        if (amount > 0 && Math.Round(amount, maxDecimals) == 0)
            return string.Create(CultureInfo.InvariantCulture, $"<{Math.Round(1 / (decimal)Math.Pow(10, maxDecimals), maxDecimals)}");
        return money.Amount.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
    }

    /// <summary>Money, or why it is not known.</summary>
    public static string Price(Measured<Money> money) => money.TryGet(out var value) ? Price(value) : $"not measured ({money.Reason})";

    /// <summary>"12.3 %".</summary>
    public static string Share(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %");

    /// <summary>A number with up to four decimals, or why it is not known.</summary>
    public static string Number(Measured<double> number) =>
        number.TryGet(out var value) ? value.ToString("0.####", CultureInfo.InvariantCulture) : $"not measured ({number.Reason})";

    /// <summary>"2026-11-23 02:00:00Z".</summary>
    public static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
