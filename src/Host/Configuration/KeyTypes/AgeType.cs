using System.Text.Json.Nodes;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Texts;

namespace BatchEngine.Host.Configuration.KeyTypes;

/// <summary>How long something is kept: a duration of at least an hour, or "forever".</summary>
internal sealed class AgeType : KeyType<TimeSpan>
{
    private const string Forever = "forever";
    private static readonly TimeSpan s_least = TimeSpan.FromHours(1);

    /// <summary>The only one.</summary>
    public static AgeType Instance { get; } = new();

    /// <inheritdoc/>
    public override string Expected => $"{DurationText.Expected}, at least {DurationText.Of(s_least)}, or {Forever}";

    /// <inheritdoc/>
    public override string Accepts => $"duration of at least {DurationText.Of(s_least)}, or {Forever}";

    /// <inheritdoc/>
    public override TimeSpan Harmless => RetentionRules.Forever;

    /// <inheritdoc/>
    public override string TextOf(TimeSpan value) => value == RetentionRules.Forever ? Forever : DurationText.Of(value);

    /// <inheritdoc/>
    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = $"^{Forever}$|{DurationText.Pattern}" };

    /// <inheritdoc/>
    protected override bool TryParse(string text, out TimeSpan value)
    {
        value = RetentionRules.Forever;
        return text == Forever || (DurationText.TryParse(text, out value) && value >= s_least);
    }
}
