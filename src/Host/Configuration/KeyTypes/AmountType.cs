using System.Text.Json.Nodes;
using BatchEngine.Domain;
using BatchEngine.Host.Configuration.Describing;
using BatchEngine.Host.Configuration.Texts;

namespace BatchEngine.Host.Configuration.KeyTypes;

/// <summary>An amount of zero or more with its currency: 5.00 USD.</summary>
internal sealed class AmountType : KeyType<Money>
{
    private AmountType()
    {
    }

    /// <summary>The one there is.</summary>
    public static AmountType Any { get; } = new();

    /// <inheritdoc/>
    public override string Expected => MoneyText.Expected;

    /// <inheritdoc/>
    public override string Accepts => "amount with its currency";

    /// <inheritdoc/>
    public override Money Harmless => default;

    /// <inheritdoc/>
    public override string TextOf(Money value) => MoneyText.Of(value);

    /// <inheritdoc/>
    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = MoneyText.Pattern };

    /// <inheritdoc/>
    protected override bool TryParse(string text, out Money value) => MoneyText.TryParse(text, out value);
}
