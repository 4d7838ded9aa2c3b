using System.Globalization;

namespace BatchEngine.Host.Configuration.Jobs;

/// <summary>Checks the shape of a Quartz cron expression, so that a typing error is named with its line; the scheduler reads its meaning. Stateless,
/// thread-safe.</summary>
internal static class CronText
{
    /// <summary>What is accepted, for errors.</summary>
    public const string Expected =
        "six or seven cron fields (second minute hour day-of-month month day-of-week [year]) with '?' in one of the two day fields, such as 0 0 2 * * ?";

    private static readonly string[] Months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] Days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private static readonly (string Name, int Min, int Max, string[] Words)[] Fields =
    [
        ("second", 0, 59, []), ("minute", 0, 59, []), ("hour", 0, 23, []), ("day of month", 1, 31, []),
        ("month", 1, 12, Months), ("day of week", 1, 7, Days), ("year", 1970, 2099, []),
    ];

    /// <summary>Null means that the expression is well formed; else what is wrong with it.</summary>
    public static string? ProblemOf(string cron)
    {
        var fields = cron.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length is not (6 or 7))
            return $"{fields.Length} fields";
        for (var index = 0; index < fields.Length; index++)
        {
            if (fields[index].Split(',').FirstOrDefault(part => !IsPart(part, index)) is { } bad)
                return $"'{bad}' as {Fields[index].Name} ({Fields[index].Min} to {Fields[index].Max})";
        }
        return (fields[3] == "?") == (fields[5] == "?") ? "'?' in " + (fields[3] == "?" ? "both day fields" : "neither day field") : null;
    }

    private static bool IsPart(string part, int field)
    {
        if (part is "*" || (part == "?" && field is 3 or 5))
            return true;
        if (field == 3 && (part is "L" or "LW" || (part.EndsWith('W') && IsValue(part[..^1], field))
            || (part.StartsWith("L-", StringComparison.Ordinal) && IsNumber(part[2..], 1, 30))))
            return true;
        if (field == 5 && (part == "L" || (part.EndsWith('L') && IsValue(part[..^1], field))))
            return true;
        if (field == 5 && part.IndexOf('#', StringComparison.Ordinal) is > 0 and var hash)
            return IsValue(part[..hash], field) && IsNumber(part[(hash + 1)..], 1, 5);
        var slash = part.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0 && !IsNumber(part[(slash + 1)..], 1, Fields[field].Max))
            return false;
        var range = slash < 0 ? part : part[..slash];
        var dash = range.IndexOf('-', StringComparison.Ordinal);
        return range == "*" || (dash > 0 ? IsValue(range[..dash], field) && IsValue(range[(dash + 1)..], field) : IsValue(range, field));
    }

    private static bool IsValue(string text, int field) =>
        Fields[field].Words.Contains(text, StringComparer.OrdinalIgnoreCase) || IsNumber(text, Fields[field].Min, Fields[field].Max);

    private static bool IsNumber(string text, int min, int max) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max;
}
