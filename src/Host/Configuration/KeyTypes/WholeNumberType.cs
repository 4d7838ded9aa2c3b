using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Texts;

namespace BatchEngine.Host.Configuration.KeyTypes;

/// <summary>A whole number within bounds; underscores may group its digits.</summary>
/// <param name="min">The least accepted.</param>
/// <param name="max">The most accepted.</param>
/// <param name="unit">What is counted, for tables; null means that the key's sentence says so.</param>
internal sealed class WholeNumberType<T>(T min, T max, string? unit = null) : KeyType<T> where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
{
    /// <inheritdoc/>
    public override string Expected => string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}");

    /// <inheritdoc/>
    public override string Accepts
    {
        get
        {
            var bounds = (min > T.MinValue, max < T.MaxValue) switch
            {
                (true, true) => $" from {Grouped(min)} to {Grouped(max)}",
                (true, false) => $" from {Grouped(min)}",
                (false, true) => $" up to {Grouped(max)}",
                _ => "",
            };
            return $"whole number{bounds}{(unit is null ? "" : $" ({unit})")}";
        }
    }

    /// <inheritdoc/>
    public override T Harmless => min;

    /// <inheritdoc/>
    public override string TextOf(T value) => value.ToString(null, CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override JsonNode JsonOf(T value) => long.CreateChecked(value);

    /// <inheritdoc/>
    public override JsonObject Schema()
    {
        var schema = new JsonObject { ["type"] = "integer" };
        if (min > T.MinValue)
            schema["minimum"] = long.CreateChecked(min);
        if (max < T.MaxValue)
            schema["maximum"] = long.CreateChecked(max);
        return schema;
    }

    /// <inheritdoc/>
    protected override bool TryParse(string text, out T value) =>
        T.TryParse(NumberText.Ungrouped(text), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= min && value <= max;

    private static string Grouped(T number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
