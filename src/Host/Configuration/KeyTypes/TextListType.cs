using System.Text.Json.Nodes;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Reading;

namespace BatchEngine.Host.Configuration.KeyTypes;

/// <summary>One text, or a list of texts.</summary>
/// <param name="leastItems">How many items a list has at least.</param>
/// <param name="expected">What is accepted, for errors.</param>
internal sealed class TextListType(int leastItems, string expected) : KeyType<IReadOnlyList<string>>
{
    /// <inheritdoc/>
    public override string Expected => expected;

    /// <inheritdoc/>
    public override string Accepts => "text, or a list of texts";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Harmless => [];

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, KeyPlace at, out IReadOnlyList<string> value)
    {
        value = [];
        switch (node)
        {
            case YamlNode.Scalar { Text.Length: > 0 } scalar:
                value = [scalar.Text];
                return true;
            case YamlNode.Sequence list when list.Items.Count >= leastItems:
                foreach (var item in list.Items.Where(i => i is not YamlNode.Scalar { Text.Length: > 0 }))
                    at.Wrong(item, "text", "Write one value an item.");
                value = [.. list.Items.OfType<YamlNode.Scalar>().Where(s => s.Text.Length > 0).Select(s => s.Text)];
                return value.Count == list.Items.Count;
            default:
                at.Wrong(node, Expected, "Write [a, b] or one '- item' a line.");
                return false;
        }
    }

    /// <inheritdoc/>
    public override string TextOf(IReadOnlyList<string> value) => $"[{string.Join(", ", value)}]";

    /// <inheritdoc/>
    public override JsonNode JsonOf(IReadOnlyList<string> value) => new JsonArray([.. value.Select(v => (JsonNode)v)]);

    /// <inheritdoc/>
    public override JsonObject Schema()
    {
        var list = new JsonObject { ["type"] = "array", ["items"] = Text() };
        if (leastItems > 0)
            list["minItems"] = leastItems;
        return new JsonObject { ["oneOf"] = new JsonArray(Text(), list) };
    }

    /// <inheritdoc/>
    protected override bool TryParse(string text, out IReadOnlyList<string> value)
    {
        value = [text];
        return text.Length > 0;
    }

    private static JsonObject Text() => new() { ["type"] = "string", ["minLength"] = 1 };
}
