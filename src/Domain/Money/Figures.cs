using System.Globalization;

namespace BatchEngine.Domain;

/// <summary>Numbers as people read them, in the terminal and in reports alike: with their unit, in the invariant culture, and with no more digits than they
/// deserve. Pure.</summary>
public static class Figures
{
    /// <summary>The most decimals of an amount of money: as many as the ledger keeps.</summary>
    public const int MaxDecimals = 12;

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

    /// <summary>"1 row", "1,234 rows".</summary>
    public static string Count(long number, string singular, string plural) => $"{Count(number)} {(number == 1 ? singular : plural)}";

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
        { Ticks: < 0 } => "-" + Duration(span.Negate()),
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0} ms"),
        { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s"),
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes} min {span.Seconds:00} s"),
        { TotalDays: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours} h {span.Minutes:00} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalDays} d {span.Hours} h"),
    };

    /// <summary>Money with two decimals from one unit of the currency up, and below with up to four significant digits: "12.34 USD", "0.50 USD",
    /// "0.00001234 USD". Only nothing is "0.00 USD".</summary>
    public static string Price(Money money) => $"{Amount(money)} {money.Currency}";

    /// <summary>Money, or why it is not known.</summary>
    public static string Price(Measured<Money> money) => money.TryGet(out var value) ? Price(value) : $"not measured ({money.Reason})";

    /// <summary>The same without the currency, for a table that names it once; what rounds to nothing is "below" the last decimal.</summary>
    public static string Amount(Money money, int maxDecimals = MaxDecimals)
    {
        var amount = Math.Abs(money.Amount);
        var decimals = amount is 0 or >= 1 ? 2 : Math.Clamp(3 - (int)Math.Floor(Math.Log10((double)amount)), 4, maxDecimals);
        if (amount > 0 && Math.Round(amount, maxDecimals) == 0)
            return string.Create(CultureInfo.InvariantCulture, $"<{Math.Round(1 / (decimal)Math.Pow(10, maxDecimals), maxDecimals)}");
        return money.Amount.ToString("#,0.00" + new string('#', decimals - 2), CultureInfo.InvariantCulture);
    }

    /// <summary>"12.3 %"; what is not quite nothing or everything says so.</summary>
    public static string Share(double share) => share is > 0 and < 0.0005 ? "< 0.1 %"
        : share is > 0.9995 and < 1 ? "> 99.9 %"
        : string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %");

    /// <summary>A distance or another plain number with three decimals.</summary>
    public static string Number(double number) => number.ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>"2026-11-23 02:00:00Z", which every option that takes an instant reads.</summary>
    public static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
