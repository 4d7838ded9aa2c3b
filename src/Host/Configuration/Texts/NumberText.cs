using System.Globalization;

namespace BatchEngine.Host.Configuration.Texts;

/// <summary>Finite numbers as people write them: "12", "-0.5", "1e6".</summary>
internal static class NumberText
{
    /// <summary>The pattern of a number without sign and exponent: "5", "1.5", ".5".</summary>
    public const string UnsignedPattern = @"([0-9]+(\.[0-9]*)?|\.[0-9]+)";

    /// <summary>The text without the underscores that group its digits: "4_194_304" is "4194304".</summary>
    public static string Ungrouped(string text) => text.Replace("_", "", StringComparison.Ordinal);

    /// <summary>Reads a finite number.</summary>
    public static bool TryParse(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture,
            out number) && double.IsFinite(number);
}
