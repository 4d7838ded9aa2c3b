using System.Globalization;
using System.Text.Json.Nodes;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Reading;
using BatchEngine.Host.Configuration.Texts;

namespace BatchEngine.Host.Configuration.KeyTypes;

/// <summary>A finite number, or the word mean, which is null.</summary>
internal sealed class ImputedType : KeyType<double?>
{
    private const string Mean = "mean";

    private ImputedType()
    {
    }

    /// <summary>The one there is.</summary>
    public static ImputedType NumberOrMean { get; } = new();

    /// <inheritdoc/>
    public override string Expected => "a number, or mean";

    /// <inheritdoc/>
    public override double? Harmless => null;

    /// <inheritdoc/>
    public override string TextOf(double? value) => value?.ToString(CultureInfo.InvariantCulture) ?? Mean;

    /// <inheritdoc/>
    public override JsonObject Schema() => new()
    {
        ["oneOf"] = new JsonArray(new JsonObject { ["type"] = "number" }, new JsonObject { ["const"] = Mean }),
    };

    /// <inheritdoc/>
    protected override bool TryParse(string text, out double? value)
    {
        var isNumber = NumberText.TryParse(text, out var number);
        value = isNumber ? number : null;
        return isNumber || text == Mean;
    }

    /// <inheritdoc/>
    protected override string RemedyFor(YamlNode seen) => "Write 'impute: 0' or 'impute: mean'.";
}
