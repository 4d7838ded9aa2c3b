using System.Text.Json.Nodes;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Reading;

namespace BatchEngine.Host.Configuration.KeyTypes;

/// <summary>Text that is not empty, with a rule of its own when one is given.</summary>
/// <param name="expected">What is accepted, for errors.</param>
internal sealed class TextType(string expected = "text") : KeyType<string>
{
    /// <summary>Any text.</summary>
    public static TextType Any { get; } = new();

    /// <summary>What is wrong with a text: null means nothing, an empty text nothing that could be named.</summary>
    public Func<string, string?> ProblemOf { get; init; } = _ => null;

    /// <summary>What a person can do about a text that the rule refuses.</summary>
    public string Remedy { get; init; } = "Correct the value, or remove the key for the default.";

    /// <summary>A pattern that every accepted text fits; null means that there is none.</summary>
    public string? Pattern { get; init; }

    /// <summary>What is accepted, for tables, when the words for errors are too long there.</summary>
    public string? Called { get; init; }

    /// <summary>Texts to offer where an editor completes the value.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    /// <inheritdoc/>
    public override string Expected => expected;

    /// <inheritdoc/>
    public override string Accepts => Called ?? expected;

    /// <inheritdoc/>
    public override string Harmless => "";

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, KeyPlace at, out string value)
    {
        value = Harmless;
        if (node is not YamlNode.Scalar { Text.Length: > 0 } scalar)
        {
            at.Wrong(node, Expected, "Write one value after the colon.");
            return false;
        }
        if (ProblemOf(scalar.Text) is { } problem)
        {
            at.Refuse(node, problem.Length == 0 ? node.Describe() : $"{node.Describe()} with {problem}", Expected, Remedy);
            return false;
        }
        value = scalar.Text;
        return true;
    }

    /// <inheritdoc/>
    public override string TextOf(string value) => value;

    /// <inheritdoc/>
    public override JsonObject Schema()
    {
        var schema = new JsonObject { ["type"] = "string" };
        if (Pattern is null)
            schema["minLength"] = 1;
        else
            schema["pattern"] = Pattern;
        if (Examples.Count > 0)
            schema["examples"] = new JsonArray([.. Examples.Select(e => (JsonNode)e)]);
        return schema;
    }

    /// <inheritdoc/>
    protected override bool TryParse(string text, out string value)
    {
        value = text;
        return text.Length > 0 && ProblemOf(text) is null;
    }
}
