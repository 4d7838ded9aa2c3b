using System.Text.Json.Nodes;
using BatchEngine.Host.Configuration.Texts;

namespace BatchEngine.Host.Configuration.KeyTypes;

/// <summary>A list of finite numbers.</summary>
internal sealed class NumberListType() : ListType<double>("numbers", "[1, 5, 10]")
{
    /// <summary>The one there is.</summary>
    public static NumberListType Any { get; } = new();

    /// <inheritdoc/>
    public override JsonObject Schema() => SchemaOf(new JsonObject { ["type"] = "number" });

    /// <inheritdoc/>
    protected override bool TryParseItem(string text, out double value) => NumberText.TryParse(text, out value);
}
