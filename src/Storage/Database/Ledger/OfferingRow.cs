using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Storage.Database.Ledger;

/// <summary>The four columns of an offering, shared by the rows that name one, and exact amounts as text.</summary>
internal abstract class OfferingRow
{
    public string Provider { get; init; } = "";
    public string InstanceType { get; init; } = "";
    public string Zone { get; init; } = "";
    public string Purchase { get; init; } = "";

    /// <summary>The offering.</summary>
    public Offering ToOffering() => new(Provider, InstanceType, Zone, Enum.Parse<PurchaseOption>(Purchase));

    /// <summary>An exact amount as stored.</summary>
    public static string Text(decimal amount) => amount.ToString(CultureInfo.InvariantCulture);

    /// <summary>The exact amount of a stored text.</summary>
    /// <exception cref="CorruptDataException">The text is no number.</exception>
    public static decimal Amount(string text, string place) => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var amount)
        ? amount
        : throw new CorruptDataException(place, $"'{text}'", "a decimal number");
}
