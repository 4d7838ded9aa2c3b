using System.Text.Json;
using BatchEngine.Domain;

namespace BatchEngine.Host.Http;

/// <summary>Reads the parts of a request's JSON that people get wrong, and names them in words. Stateless.</summary>
internal static class JsonWords
{
    private const int MaxSeen = 60;

    /// <summary>What kind of value it is, for a message.</summary>
    public static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Null => "null",
        _ => "nothing",
    };

    /// <summary>The value as it stands, for a message: its beginning, when it is long.</summary>
    public static string Seen(JsonElement value)
    {
        var text = value.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? KindOf(value) : value.GetRawText();
        return text.Length <= MaxSeen ? text : text[..MaxSeen] + "…";
    }

    /// <summary>The properties of an object by name.</summary>
    /// <param name="json">An object.</param>
    /// <param name="place">Where it is, for messages.</param>
    /// <param name="known">The names that it may have; empty means any.</param>
    /// <exception cref="BadInputException">It is no object, a name is not known, stands twice, or is no text.</exception>
    public static Dictionary<string, JsonElement> Properties(JsonElement json, string place, params string[] known)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new BadInputException(place, KindOf(json), "an object", $"Send {{{string.Join(", ", known.Select(k => $"\"{k}\": ..."))}}}.");
        var properties = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var property in json.EnumerateObject())
        {
            var name = NameOf(property, place);
            if (known.Length > 0 && !known.Contains(name, StringComparer.Ordinal))
                throw new BadInputException(place, $"'{Cut(name)}'", $"only {string.Join(" or ", known)}", NearestWord.Of(Cut(name), known) is { } near
                    ? $"Did you mean {near}?" : "Leave it out.");
            if (!properties.TryAdd(name, property.Value))
                throw new BadInputException(place, $"'{Cut(name)}' twice", "each name once", "Leave one of them out.");
        }
        return properties;
    }

    /// <summary>A text.</summary>
    /// <exception cref="BadInputException">It holds half of a surrogate pair.</exception>
    public static string TextOf(JsonElement text, string place)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException half)
        {
            throw HalfAPair(place, half);
        }
    }

    private static string NameOf(JsonProperty property, string place)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException half)
        {
            throw HalfAPair(place, half);
        }
    }

    private static string Cut(string name) => name.Length <= MaxSeen ? name : name[..MaxSeen] + "…";

    private static BadInputException HalfAPair(string place, Exception half) =>
        new(place, "half of a surrogate pair", "whole characters", "Escape a character beyond U+FFFF as a pair, or send it in UTF-8.", half);
}
