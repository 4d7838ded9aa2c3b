using System.Globalization;
using System.Text.Json.Nodes;
using BatchEngine.Host.Configuration.Describing;

namespace BatchEngine.Host.Configuration.KeyTypes;

/// <summary>A price of zero or more, without its currency, which the sheet says once.</summary>
internal sealed class PriceType : KeyType<decimal>
{
    private PriceType()
    {
    }

    /// <summary>The one there is.</summary>
    public static PriceType Any { get; } = new();

    /// <inheritdoc/>
    public override string Expected => "a price of zero or more, without currency";

    /// <inheritdoc/>
    public override string Accepts => "price of zero or more, in the sheet's currency";

    /// <inheritdoc/>
    public override decimal Harmless => 0;

    /// <inheritdoc/>
    public override string TextOf(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override JsonNode JsonOf(decimal value) => value;

    /// <inheritdoc/>
    public override JsonObject Schema() => new() { ["type"] = "number", ["minimum"] = 0 };

    /// <inheritdoc/>
    protected override bool TryParse(string text, out decimal value) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value);
}
