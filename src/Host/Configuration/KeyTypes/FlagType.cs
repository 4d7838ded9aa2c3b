using System.Text.Json.Nodes;
using BatchEngine.Host.Configuration.Describing;

namespace BatchEngine.Host.Configuration.KeyTypes;

/// <summary>true or false.</summary>
internal sealed class FlagType : KeyType<bool>
{
    private FlagType()
    {
    }

    /// <summary>The one there is.</summary>
    public static FlagType Either { get; } = new();

    /// <inheritdoc/>
    public override string Expected => "true or false";

    /// <inheritdoc/>
    public override bool Harmless => false;

    /// <inheritdoc/>
    public override string TextOf(bool value) => value ? "true" : "false";

    /// <inheritdoc/>
    public override JsonNode JsonOf(bool value) => value;

    /// <inheritdoc/>
    public override JsonObject Schema() => new() { ["type"] = "boolean" };

    /// <inheritdoc/>
    protected override bool TryParse(string text, out bool value)
    {
        value = text == "true";
        return text is "true" or "false";
    }
}
