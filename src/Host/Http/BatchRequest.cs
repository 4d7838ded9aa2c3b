using System.Globalization;
using System.Text.Json;
using BatchEngine.Domain;

namespace BatchEngine.Host.Http;

/// <summary>Reads the body of a batch look-up: {"keys": [1, 2]} or {"items": [{"key": 1, "features": {...}}]}. Stateless.</summary>
internal static class BatchRequest
{
    /// <summary>The keys in the order they were asked.</summary>
    /// <param name="body">The request's JSON object.</param>
    /// <param name="maxKeys">More are refused.</param>
    /// <exception cref="BadInputException">Neither list is there, a key is no text or integer, or there are too many.</exception>
    public static IReadOnlyList<BatchItem> Read(JsonElement body, int maxKeys)
    {
        var (name, list) = body.TryGetProperty("keys", out var keys) ? ("keys", keys) : body.TryGetProperty("items", out var items) ? ("items", items)
            : ("body", default);
        if (list.ValueKind != JsonValueKind.Array)
            throw new BadInputException(name, list.ValueKind.ToString(), "a list",
                "Send {\"keys\": [1, 2]} or {\"items\": [{\"key\": 1, \"features\": {...}}]}.");
        var count = list.GetArrayLength();
        if (count > maxKeys)
            throw new BadInputException(name, $"{count} keys", string.Create(CultureInfo.InvariantCulture, $"at most {maxKeys}"),
                "Send them in several requests.");
        var asked = new List<BatchItem>(count);
        foreach (var entry in list.EnumerateArray())
            asked.Add(name == "keys" ? new BatchItem(KeyOf(entry), null) : ReadItem(entry));
        return asked;
    }

    private static BatchItem ReadItem(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("key", out var key))
            throw new BadInputException("items", entry.ToString(), "objects with a key", "Send {\"items\": [{\"key\": 1, \"features\": {...}}]}.");
        return new BatchItem(KeyOf(key), entry.TryGetProperty("features", out var features) ? FeatureValues.Read(features) : null);
    }

    private static string KeyOf(JsonElement key) => key.ValueKind switch
    {
        JsonValueKind.String => key.GetString()!,
        JsonValueKind.Number when key.TryGetInt64(out var number) => number.ToString(CultureInfo.InvariantCulture),
        _ => throw new BadInputException("key", key.ToString(), "text or a 64-bit integer", "Keys are what the job's key column holds."),
    };
}
