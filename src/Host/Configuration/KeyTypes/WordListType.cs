using System.Text.Json.Nodes;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Reading;

namespace BatchEngine.Host.Configuration.KeyTypes;

/// <summary>A list of different words; a number or a flag is the word that was written.</summary>
/// <param name="what">What is listed, for errors.</param>
internal sealed class WordListType(string what) : ListType<string>(what, "[a, b]")
{
    private readonly string _what = what;

    /// <summary>Categories of a column.</summary>
    public static WordListType Categories { get; } = new("categories");

    /// <inheritdoc/>
    public override JsonObject Schema()
    {
        var schema = SchemaOf(new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") });
        schema["uniqueItems"] = true;
        return schema;
    }

    /// <inheritdoc/>
    protected override bool TryParseItem(string text, out string value)
    {
        value = text;
        return text.Length > 0;
    }

    /// <inheritdoc/>
    protected override bool AreFit(YamlNode list, IReadOnlyList<string> values, KeyPlace at)
    {
        if (values.GroupBy(v => v, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is not { } doubled)
            return true;
        at.Refuse(list, $"'{doubled.Key}' {doubled.Count()} times", $"different {_what}", "List each once.");
        return false;
    }
}
