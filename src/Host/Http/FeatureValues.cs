using System.Text.Json;
using BatchEngine.Domain;

namespace BatchEngine.Host.Http;

/// <summary>Reads the features an application gives as a flat JSON object. Stateless.</summary>
internal static class FeatureValues
{
    /// <summary>Numbers become long or double, texts that are instants stay text; null is missing.</summary>
    /// <param name="features">A JSON object of names to numbers, texts, booleans, nulls or lists of numbers.</param>
    /// <exception cref="BadInputException">It is no object, or a value is nested otherwise, beyond the range of doubles, or no text; or a name stands
    /// twice.</exception>
    public static IReadOnlyDictionary<string, object?> Read(JsonElement features)
    {
        if (features.ValueKind != JsonValueKind.Object)
            throw new BadInputException("features", JsonWords.KindOf(features), "an object of column names to values",
                "Send {\"features\": {\"age\": 42, ...}}.");
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in JsonWords.Properties(features, "features"))
            values[name] = ReadValue(name, value);
        return values;
    }

    private static object? ReadValue(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? whole : Finite(name, value),
        JsonValueKind.String => JsonWords.TextOf(value, $"features.{name}"),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null => null,
        JsonValueKind.Array => ReadList(name, value),
        _ => throw new BadInputException($"features.{name}", JsonWords.KindOf(value), "a number, text, boolean, null or a list of numbers",
            "Nested values cannot be features."),
    };

    private static object?[] ReadList(string name, JsonElement list) => [.. list.EnumerateArray().Select((value, i) =>
        value.ValueKind is JsonValueKind.Number or JsonValueKind.Null ? ReadValue(name, value)
            : throw new BadInputException(FormattableString.Invariant($"features.{name}[{i}]"), JsonWords.KindOf(value), "a number or null",
                "Lists of numbers are the only ones that can be features."))];

    private static double Finite(string name, JsonElement value) => value.TryGetDouble(out var number) && double.IsFinite(number) ? number
        : throw new BadInputException($"features.{name}", JsonWords.Seen(value), "a number that a double can hold", "Send null when it is not known.");
}
