using System.Globalization;
using System.Text;
using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Inputs.Files;

namespace BatchEngine.Scorer.Features;

/// <summary>Puts one row of named values, as a look-up gives them, into a unit, so that the compiled features treat it as any other. Thread-safe as long as
/// the unit is one thread's.</summary>
public static class SingleRow
{
    private const double LargestExactInteger = 9_007_199_254_740_992;

    /// <summary>Replaces what the unit holds by one row; nothing is allocated, so a caller may keep the unit.</summary>
    /// <param name="unit">Of the columns to fill: <see cref="CompiledFeatures.Sources"/>.</param>
    /// <param name="values">By column name: long, double, bool, string, DateTimeOffset, a list of numbers or null for missing; dates and timestamps also as
    /// ISO 8601 text. Names beyond the columns are ignored.</param>
    /// <exception cref="BadInputException">A column has no value (send null when it is unknown), or one of another type.</exception>
    public static void Fill(UnitColumns unit, IReadOnlyDictionary<string, object?> values)
    {
        unit.Start(1);
        for (var i = 0; i < unit.Count; i++)
        {
            var vector = unit[i];
            if (!values.TryGetValue(vector.Name, out var value) && !IsInList(unit.Columns[i].Element, values, out value))
            {
                throw new BadInputException($"feature '{vector.Name}'", "no value", $"{Words(vector.Kind)}, or null when it is unknown",
                    $"Send all columns that the model reads; the nearest names given are {InputProblems.Nearest(vector.Name, values.Keys)}.");
            }
            Put(vector, value);
        }
    }

    private static bool IsInList(ListElement? element, IReadOnlyDictionary<string, object?> values, out object? value)
    {
        value = null;
        if (element is null || !values.TryGetValue(element.List, out var given))
            return false;
        if (given is object?[] list && list.Length == element.Length)
            value = list[element.Index];
        else if (given is not null)
        {
            throw new BadInputException($"feature '{element.List}'",
                given is object?[] other ? string.Create(CultureInfo.InvariantCulture, $"a list of {other.Length} elements") : Words(given),
                string.Create(CultureInfo.InvariantCulture, $"a list of {element.Length} numbers"),
                "Send the whole list, or null when it is unknown.");
        }
        return true;
    }

    private static void Put(ColumnVector vector, object? value)
    {
        if (value is null)
            vector.MarkMissing()[0] = 0;
        switch (vector.Kind)
        {
            case ColumnKind.Float:
                vector.Floats[0] = value is null ? float.NaN : value is float exact ? exact : (float)Number(vector, value);
                break;
            case ColumnKind.Double or ColumnKind.Decimal:
                vector.Doubles[0] = value is null ? double.NaN : Number(vector, value);
                break;
            case ColumnKind.Text:
                PutText(vector, value);
                break;
            default:
                vector.Integers[0] = value is null ? 0 : Whole(vector, value);
                break;
        }
    }

    private static void PutText(ColumnVector vector, object? value)
    {
        if (value is null)
            vector.Text.Append([]);
        else if (value is string text)
            vector.Text.Append(Encoding.UTF8.GetBytes(text));
        else
            throw Wrong(vector, value);
    }

    private static double Number(ColumnVector vector, object value) => value switch
    {
        double number => number,
        long number => number,
        int number => number,
        float number => number,
        decimal number => (double)number,
        _ => throw Wrong(vector, value),
    };

    private static long Whole(ColumnVector vector, object value) => (vector.Kind, value) switch
    {
        (ColumnKind.Bool, bool flag) => flag ? 1 : 0,
        (ColumnKind.Integer, long number) => number,
        (ColumnKind.Integer, int number) => number,
        (ColumnKind.Integer, double number) when double.IsInteger(number) && Math.Abs(number) <= LargestExactInteger => (long)number,
        (ColumnKind.Timestamp, DateTimeOffset instant) => Micros(instant),
        (ColumnKind.Timestamp, string text) when Instant(text) is { } instant => Micros(instant),
        (ColumnKind.Date, DateTimeOffset instant) => DateOnly.FromDateTime(instant.UtcDateTime).DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber,
        (ColumnKind.Date, DateOnly date) => date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber,
        (ColumnKind.Date, string text) when DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            => date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber,
        _ => throw Wrong(vector, value),
    };

    /// <summary>ISO 8601; without an offset it is UTC. Null means it is none.</summary>
    private static DateTimeOffset? Instant(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? instant : null;

    private static long Micros(DateTimeOffset instant)
    {
        var ticks = instant.UtcTicks - DateTime.UnixEpoch.Ticks;
        var micros = ticks / TimeSpan.TicksPerMicrosecond;
        return ticks % TimeSpan.TicksPerMicrosecond < 0 ? micros - 1 : micros;
    }

    private static BadInputException Wrong(ColumnVector vector, object value) => new($"feature '{vector.Name}'",
        $"{Shown(value)} ({Words(value)})", Words(vector.Kind),
        "Send the value as the column's kind, or null when it is unknown.");

    private static string Shown(object value) => value switch
    {
        string text => $"the text '{text}'",
        object?[] list => string.Create(CultureInfo.InvariantCulture, $"{list.Length} values"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };

    private static string Words(object value) => value switch
    {
        bool => "bool",
        object?[] => "list",
        string => "text",
        DateTimeOffset => "instant",
        long or int => "integer",
        _ => "number",
    };

    private static string Words(ColumnKind kind) => kind switch
    {
        ColumnKind.Bool => "true or false",
        ColumnKind.Integer => "a whole number",
        ColumnKind.Float or ColumnKind.Double or ColumnKind.Decimal => "a number",
        ColumnKind.Text => "text",
        ColumnKind.Date => "a date such as \"2026-01-31\"",
        _ => "an instant such as \"2026-01-31T12:00:00Z\"",
    };
}
