using System.Text.Json.Nodes;

namespace BatchEngine.Host.Configuration.Describing;

/// <summary>A section of keys; a file is a section without a name.</summary>
/// <param name="name">As it is written.</param>
/// <param name="sentence">What the section is about.</param>
/// <param name="keys">Its keys, in the order of the documents.</param>
internal sealed class SectionKey(string name, string sentence, params IReadOnlyList<ConfigKey> keys) : ConfigKey(name, sentence)
{
    /// <summary>Its keys.</summary>
    public IReadOnlyList<ConfigKey> Keys => keys;

    /// <summary>Keys of which at least one is given; empty means that no such rule holds.</summary>
    public IReadOnlyList<string> OneOf { get; init; } = [];

    /// <inheritdoc/>
    public override string Accepts => "a section";

    /// <summary>Every key below it with its full name, sections before what is in them.</summary>
    public IEnumerable<(string Path, ConfigKey Key)> Walk() => Walk("");

    /// <inheritdoc/>
    public override JsonObject Schema()
    {
        var schema = new JsonObject { ["description"] = Sentence, ["type"] = "object", ["additionalProperties"] = false };
        var properties = new JsonObject();
        foreach (var key in keys)
        {
            properties[key.Name] = key.Schema();
            if (key.OldName is { } old)
            {
                var deprecated = key.Schema();
                deprecated["description"] = $"The old name of {key.Name}.";
                deprecated["deprecated"] = true;
                properties[old] = deprecated;
            }
        }
        if (keys.Any(k => k.IsRequired))
            schema["required"] = new JsonArray([.. keys.Where(k => k.IsRequired).Select(k => (JsonNode)k.Name)]);
        if (OneOf.Count > 0)
            schema["anyOf"] = new JsonArray([.. OneOf.Select(k => new JsonObject { ["required"] = new JsonArray(k) })]);
        schema["properties"] = properties;
        return schema;
    }

    private IEnumerable<(string Path, ConfigKey Key)> Walk(string prefix)
    {
        foreach (var key in keys)
        {
            yield return (prefix + key.Name, key);
            var below = key switch
            {
                ItemsKey list => list.Item.Walk($"{prefix}{key.Name}[]."),
                SectionKey section => section.Walk($"{prefix}{key.Name}."),
                _ => [],
            };
            foreach (var found in below)
                yield return found;
        }
    }
}
