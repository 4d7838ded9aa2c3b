using System.Globalization;
using System.Text.Json;
using BatchEngine.Domain;

namespace BatchEngine.Host.Http;

/// <summary>Reads the features an application gives as a flat JSON object. Stateless.</summary>
internal static class FeatureValues
{
    /// <summary>Numbers become long or double, texts that are instants stay text; null is missing.</summary>
    /// <param name="features">A JSON object of names to numbers, texts, booleans or nulls.</param>
    /// <exception cref="BadInputException">It is no object, or a value is nested.</exception>
    public static IReadOnlyDictionary<string, object?> Read(JsonElement features)
    {
        if (features.ValueKind != JsonValueKind.Object)
            throw new BadInputException("features", features.ValueKind.ToString(), "an object of column names to values",
                "Send {\"features\": {\"age\": 42, ...}}.");
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var property in features.EnumerateObject())
            values[property.Name] = ReadValue(property.Name, property.Value);
        return values;
    }

    private static object? ReadValue(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? whole : value.GetDouble(),
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Null => null,
        _ => throw new BadInputException(string.Create(CultureInfo.InvariantCulture, $"features.{name}"), value.ValueKind.ToString(),
            "a number, text, boolean or null", "Nested values cannot be features."),
    };
}
