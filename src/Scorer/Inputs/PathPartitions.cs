using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Scorer.Inputs;

/// <summary>Folders named "column=value", as Hive, Spark and others write tables: each is a column with one value in all files below. Pure.</summary>
internal static class PathPartitions
{
    /// <summary>The value that stands for null.</summary>
    private const string Null = "__HIVE_DEFAULT_PARTITION__";

    private const NumberStyles FractionStyle = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    private static readonly string[] s_instants =
        ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFF", "yyyy-MM-dd'T'HH:mm:ss.FFFFFF"];

    // In the order in which they are tried: the narrowest that all values fit is the column's kind, and text fits all of them.
    private static readonly ColumnKind[] s_kinds =
        [ColumnKind.Bool, ColumnKind.Integer, ColumnKind.Double, ColumnKind.Date, ColumnKind.Timestamp, ColumnKind.Text];

    /// <summary>Names and values of a file's folders, outermost first; a null value is missing. Of a name that occurs twice the innermost counts.</summary>
    public static IReadOnlyDictionary<string, string?> Of(string path)
    {
        var found = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var part in (Path.GetDirectoryName(path) ?? "").Split(Path.DirectorySeparatorChar))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
                continue;
            var value = part[(at + 1)..];
            found[Uri.UnescapeDataString(part[..at])] = value.Length == 0 || value == Null ? null : Uri.UnescapeDataString(value);
        }
        return found;
    }

    /// <summary>The kinds that a value can be read as, narrowest first.</summary>
    public static IEnumerable<ColumnKind> KindsOf(string value) => s_kinds.Where(kind => Fits(kind, value));

    /// <summary>A number that fits.</summary>
    public static double Fraction(string value) => double.Parse(value, FractionStyle, CultureInfo.InvariantCulture);

    /// <summary>A value of a kind that is kept as a whole number: bools as 0 and 1, dates as days, instants as microseconds.</summary>
    public static long Whole(ColumnKind kind, string value) => kind switch
    {
        ColumnKind.Bool => value == "true" ? 1 : 0,
        ColumnKind.Date => DateOnly.ParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture).DayNumber
            - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber,
        ColumnKind.Timestamp => TryInstant(value, out var instant) ? (instant - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond
            : throw new InvariantBrokenException("a part of a path has the kind that was planned", value),
        _ => long.Parse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture),
    };

    private static bool Fits(ColumnKind kind, string value) => kind switch
    {
        ColumnKind.Bool => value is "true" or "false",
        ColumnKind.Integer => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        ColumnKind.Double => double.TryParse(value, FractionStyle, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number),
        ColumnKind.Date => DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        ColumnKind.Timestamp => TryInstant(value, out _),
        _ => true,
    };

    private static bool TryInstant(string value, out DateTimeOffset instant) => DateTimeOffset.TryParseExact(value, s_instants, CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out instant);
}
