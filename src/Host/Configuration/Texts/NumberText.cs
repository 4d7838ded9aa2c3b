using System.Globalization;

namespace BatchEngine.Host.Configuration.Texts;

/// <summary>Finite numbers as people write them: "12", "-0.5", "1e6". Stateless, thread-safe.</summary>
internal static class NumberText
{
    /// <summary>Reads a finite number.</summary>
    public static bool TryParse(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture,
            out number) && double.IsFinite(number);
}
