using System.Globalization;
using System.Text.Json.Nodes;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Reading;

namespace BatchEngine.Host.Configuration.KeyTypes;

/// <summary>A list of values that are one word each.</summary>
/// <param name="what">What is listed, for errors: "numbers".</param>
/// <param name="example">A list as it is written.</param>
internal abstract class ListType<T>(string what, string example) : KeyType<IReadOnlyList<T>>
{
    /// <summary>The most values of one list.</summary>
    public const int MaxValues = 100_000;

    /// <inheritdoc/>
    public override string Expected => string.Create(CultureInfo.InvariantCulture, $"a list of 1 to {MaxValues} {what}");

    /// <inheritdoc/>
    public override IReadOnlyList<T> Harmless => [];

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, KeyPlace at, out IReadOnlyList<T> value)
    {
        var read = new List<T>();
        value = read;
        if (node is not YamlNode.Sequence { Items.Count: > 0 and <= MaxValues } list)
        {
            at.Wrong(node, Expected, RemedyFor(node));
            return false;
        }
        foreach (var item in list.Items)
        {
            if (item is YamlNode.Scalar scalar && TryParseItem(scalar.Text, out var one))
                read.Add(one);
            else
                at.Refuse(item, $"{item.Describe()} in a list", Expected, RemedyFor(node));
        }
        return read.Count == list.Items.Count && AreFit(list, read, at);
    }

    /// <inheritdoc/>
    public override string TextOf(IReadOnlyList<T> value) => $"[{string.Join(", ", value.Select(v => string.Create(CultureInfo.InvariantCulture, $"{v}")))}]";

    /// <summary>Reads one value.</summary>
    protected abstract bool TryParseItem(string text, out T value);

    /// <summary>Checks the whole list; a problem is recorded.</summary>
    protected virtual bool AreFit(YamlNode list, IReadOnlyList<T> values, KeyPlace at) => true;

    /// <inheritdoc/>
    protected override bool TryParse(string text, out IReadOnlyList<T> value)
    {
        value = [];
        return false;
    }

    /// <inheritdoc/>
    protected override string RemedyFor(YamlNode seen) => $"Write '{example}'.";

    /// <summary>The schema of the list around that of a value.</summary>
    protected static JsonObject SchemaOf(JsonObject item) =>
        new() { ["type"] = "array", ["minItems"] = 1, ["maxItems"] = MaxValues, ["items"] = item };
}
