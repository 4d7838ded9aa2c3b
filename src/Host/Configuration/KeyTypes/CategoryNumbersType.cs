using System.Globalization;
using System.Text.Json.Nodes;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Reading;
using BatchEngine.Host.Configuration.Texts;

namespace BatchEngine.Host.Configuration.KeyTypes;

/// <summary>Categories and the number of each.</summary>
internal sealed class CategoryNumbersType : KeyType<IReadOnlyDictionary<string, double>>
{
    private CategoryNumbersType()
    {
    }

    /// <summary>The one there is.</summary>
    public static CategoryNumbersType Any { get; } = new();

    /// <inheritdoc/>
    public override string Expected => string.Create(CultureInfo.InvariantCulture, $"1 to {NumberListType.MaxValues} categories with their numbers");

    /// <inheritdoc/>
    public override string Accepts => "categories with their numbers";

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, double> Harmless { get; } = new Dictionary<string, double>();

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, KeyPlace at, out IReadOnlyDictionary<string, double> value)
    {
        var numbers = new Dictionary<string, double>(StringComparer.Ordinal);
        value = numbers;
        if (node is not YamlNode.Mapping { Entries.Count: > 0 and <= NumberListType.MaxValues } mapping)
        {
            at.Wrong(node, Expected, "Write '{ free: 0, pro: 1 }'.");
            return false;
        }
        foreach (var (category, given) in mapping.Entries)
        {
            if (given is YamlNode.Scalar scalar && NumberText.TryParse(scalar.Text, out var number))
                numbers[category.Text] = number;
            else
                at.Refuse(given, $"{given.Describe()} for category '{category.Text}'", "a number", "Give each category a number.");
        }
        return numbers.Count == mapping.Entries.Count;
    }

    /// <inheritdoc/>
    public override string TextOf(IReadOnlyDictionary<string, double> value) =>
        "{ " + string.Join(", ", value.Select(v => string.Create(CultureInfo.InvariantCulture, $"{v.Key}: {v.Value}"))) + " }";

    /// <inheritdoc/>
    public override JsonObject Schema() =>
        new() { ["type"] = "object", ["minProperties"] = 1, ["additionalProperties"] = new JsonObject { ["type"] = "number" } };

    /// <inheritdoc/>
    protected override bool TryParse(string text, out IReadOnlyDictionary<string, double> value)
    {
        value = Harmless;
        return false;
    }
}
