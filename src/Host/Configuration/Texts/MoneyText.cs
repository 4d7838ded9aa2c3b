using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.Host.Configuration.Texts;

/// <summary>Amounts as people write them: "5.00 USD".</summary>
internal static class MoneyText
{
    /// <summary>What is accepted, for errors.</summary>
    public const string Expected = "an amount with its currency, such as 5.00 USD";

    /// <summary>The pattern of what is read, for schemas.</summary>
    public const string Pattern = "^" + NumberText.UnsignedPattern + " +[A-Z]{3}$";

    /// <summary>The amount as it is read: "5.00 USD".</summary>
    public static string Of(Money money) => string.Create(CultureInfo.InvariantCulture, $"{money.Amount:0.00########} {money.Currency}");

    /// <summary>Reads an amount of zero or more and an ISO 4217 code.</summary>
    public static bool TryParse(string text, out Money money)
    {
        money = default;
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 2 || !IsCurrency(parts[1])
            || !decimal.TryParse(parts[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
            return false;
        money = new Money(amount, parts[1]);
        return true;
    }

    /// <summary>Whether the text is three capital letters.</summary>
    public static bool IsCurrency(string text) => text.Length == 3 && text.All(char.IsAsciiLetterUpper);
}
