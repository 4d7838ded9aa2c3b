using System.Text.Json.Nodes;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Texts;

namespace BatchEngine.Host.Configuration.KeyTypes;

/// <summary>A size in bytes, with a unit or without: 512MB, 4MiB, 536870912.</summary>
/// <param name="min">The least bytes accepted.</param>
/// <param name="max">The most bytes accepted.</param>
internal sealed class SizeType(long min, long max) : KeyType<long>
{
    /// <summary>Whether "none", which is 0, stands for no limit.</summary>
    public bool TakesNone { get; init; }

    /// <inheritdoc/>
    public override string Expected => $"{BytesText.Expected}, {Bounds}{(TakesNone ? "; or none" : "")}";

    /// <inheritdoc/>
    public override string Accepts => $"size {Bounds}{(TakesNone ? ", or `none`" : "")}";

    /// <inheritdoc/>
    public override long Harmless => min;

    private string Bounds => max == long.MaxValue ? $"at least {BytesText.Of(min)}" : $"from {BytesText.Of(min)} to {BytesText.Of(max)}";

    /// <inheritdoc/>
    public override string TextOf(long value) => TakesNone && value == 0 ? "none" : BytesText.Of(value);

    /// <inheritdoc/>
    public override JsonObject Schema()
    {
        var schema = new JsonObject { ["type"] = new JsonArray("string", "integer"), ["pattern"] = BytesText.PatternOf(TakesNone), ["minimum"] = min };
        if (max < long.MaxValue)
            schema["maximum"] = max;
        return schema;
    }

    /// <inheritdoc/>
    protected override bool TryParse(string text, out long value)
    {
        if (!TakesNone || text != "none")
            return BytesText.TryParse(text, out value) && value >= min && value <= max;
        value = 0;
        return true;
    }
}
