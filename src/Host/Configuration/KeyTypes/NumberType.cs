using System.Globalization;
using System.Text.Json.Nodes;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Texts;

namespace BatchEngine.Host.Configuration.KeyTypes;

/// <summary>A finite number within bounds, both included.</summary>
/// <param name="min">The least accepted.</param>
/// <param name="max">The most accepted.</param>
internal sealed class NumberType(double min, double max) : KeyType<double>
{
    /// <summary>Any finite number.</summary>
    public static NumberType Any { get; } = new(double.MinValue, double.MaxValue);

    /// <summary>A number above zero.</summary>
    public static NumberType Positive { get; } = new(double.Epsilon, double.MaxValue);

    /// <inheritdoc/>
    public override string Expected => (min, max) switch
    {
        (double.MinValue, double.MaxValue) => "a number",
        (double.Epsilon, double.MaxValue) => "a number above 0",
        _ => string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}"),
    };

    /// <inheritdoc/>
    public override string Accepts => Expected[2..];

    /// <inheritdoc/>
    public override double Harmless => Math.Clamp(0, min, max);

    /// <inheritdoc/>
    public override string TextOf(double value) => value.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override JsonNode JsonOf(double value) => value;

    /// <inheritdoc/>
    public override JsonObject Schema()
    {
        var schema = new JsonObject { ["type"] = "number" };
        if (min == double.Epsilon)
            schema["exclusiveMinimum"] = 0;
        else if (min > double.MinValue)
            schema["minimum"] = min;
        if (max < double.MaxValue)
            schema["maximum"] = max;
        return schema;
    }

    /// <inheritdoc/>
    protected override bool TryParse(string text, out double value) => NumberText.TryParse(text, out value) && value >= min && value <= max;
}
