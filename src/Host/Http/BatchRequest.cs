using System.Globalization;
using System.Text.Json;
using BatchEngine.Domain;
using BatchEngine.Router.Routing;

namespace BatchEngine.Host.Http;

/// <summary>The questions of a batch look-up: {"keys": [1, 2]} or {"items": [{"key": 1, "features": {...}}]}. They are read one by one out of the body, so
/// that ten thousand of them are not held in memory a second time. Valid as long as the body is.</summary>
internal sealed class BatchRequest
{
    private readonly string _list;
    private readonly JsonElement _entries;

    private BatchRequest(string list, JsonElement entries) => (_list, _entries, Count) = (list, entries, entries.GetArrayLength());

    /// <summary>How many.</summary>
    public int Count { get; }

    /// <summary>Takes the list out of a body.</summary>
    /// <param name="body">The request's JSON object.</param>
    /// <param name="maxKeys">More are refused.</param>
    /// <exception cref="BadInputException">There is not exactly one of the lists, or it is too long.</exception>
    public static BatchRequest Read(JsonElement body, int maxKeys)
    {
        var properties = JsonWords.Properties(body, "request body", "keys", "items");
        if (properties.Count != 1)
            throw new BadInputException("request body", properties.Count == 0 ? "neither keys nor items" : "both keys and items", "one of them",
                "Send {\"keys\": [1, 2]} or {\"items\": [{\"key\": 1, \"features\": {...}}]}.");
        var (name, list) = properties.Single();
        if (list.ValueKind != JsonValueKind.Array)
            throw new BadInputException(name, JsonWords.KindOf(list), "a list",
                "Send {\"keys\": [1, 2]} or {\"items\": [{\"key\": 1, \"features\": {...}}]}.");
        var request = new BatchRequest(name, list);
        return request.Count <= maxKeys ? request
            : throw new BadInputException(name, $"{request.Count} keys", string.Create(CultureInfo.InvariantCulture, $"at most {maxKeys}"),
                "Send them in several requests.");
    }

    /// <summary>Reads every question once, so that one that cannot be used is told before anything is answered.</summary>
    /// <param name="kind">The kind of the snapshot's keys.</param>
    /// <exception cref="RequestProblemException">One cannot be used; it is named.</exception>
    public void Require(KeyKind kind)
    {
        foreach (var _ in Asked(kind))
        {
            // Read, and not kept.
        }
    }

    /// <summary>The questions, in the order of the list.</summary>
    /// <param name="kind">The kind of the snapshot's keys.</param>
    /// <exception cref="RequestProblemException">One cannot be used; it is named.</exception>
    public IEnumerable<AskedKey> Asked(KeyKind kind)
    {
        var index = 0;
        foreach (var entry in _entries.EnumerateArray())
            yield return Read(entry, kind, index++);
    }

    private AskedKey Read(JsonElement entry, KeyKind kind, int index)
    {
        try
        {
            if (_list == "keys")
                return new AskedKey(KeyOf(entry, kind), null);
            var item = JsonWords.Properties(entry, "item", "key", "features");
            if (!item.TryGetValue("key", out var key))
                throw new BadInputException("item", "no key", "an object with a key", "Send {\"items\": [{\"key\": 1, \"features\": {...}}]}.");
            return new AskedKey(KeyOf(key, kind), item.TryGetValue("features", out var features) ? FeatureValues.Read(features) : null);
        }
        catch (BadInputException problem)
        {
            throw new RequestProblemException(StatusCodes.Status400BadRequest, string.Create(CultureInfo.InvariantCulture,
                $"{_list}[{index}], {problem.Message} Nothing of this batch was answered."))
            { Index = index };
        }
    }

    private static PredictionKey KeyOf(JsonElement key, KeyKind kind) => key.ValueKind switch
    {
        JsonValueKind.String => PredictionKey.Parse(JsonWords.TextOf(key, "key"), kind),
        JsonValueKind.Number when key.TryGetInt64(out var number) =>
            kind == KeyKind.Int64 ? PredictionKey.Of(number) : PredictionKey.Of(number.ToString(CultureInfo.InvariantCulture)),
        _ => throw new BadInputException("key", JsonWords.Seen(key), "text or a 64-bit integer", "Keys are what the job's key column holds."),
    };
}
