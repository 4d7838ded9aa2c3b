using System.Text.Json.Nodes;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Texts;

namespace BatchEngine.Host.Configuration.KeyTypes;

/// <summary>A duration with its unit: 250ms, 30s, 1h30m.</summary>
/// <param name="min">The shortest accepted.</param>
/// <param name="max">The longest accepted.</param>
internal sealed class DurationType(TimeSpan min, TimeSpan max) : KeyType<TimeSpan>
{
    /// <summary>Any duration above zero, up to ten years.</summary>
    public static DurationType Any { get; } = new(TimeSpan.FromTicks(1), DurationText.Longest);

    private bool IsBounded => min > TimeSpan.FromTicks(1) || max < DurationText.Longest;

    /// <inheritdoc/>
    public override string Expected => DurationText.Expected + (IsBounded ? $", from {DurationText.Of(min)} to {DurationText.Of(max)}" : "");

    /// <inheritdoc/>
    public override string Accepts => IsBounded ? $"duration from {DurationText.Of(min)} to {DurationText.Of(max)}" : "duration";

    /// <inheritdoc/>
    public override TimeSpan Harmless => min;

    /// <inheritdoc/>
    public override string TextOf(TimeSpan value) => DurationText.Of(value);

    /// <inheritdoc/>
    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = DurationText.Pattern };

    /// <inheritdoc/>
    protected override bool TryParse(string text, out TimeSpan value) => DurationText.TryParse(text, out value) && value >= min && value <= max;
}
