using System.Globalization;

namespace BatchEngine.Host.Sample;

/// <summary>The words that the sample's text columns are made of.</summary>
public static class CustomerWords
{
    /// <summary>How many e-mail domains there are.</summary>
    public const int DomainCount = 4_000;

    /// <summary>The countries, most frequent first.</summary>
    public static IReadOnlyList<string> Countries { get; } = ["US", "DE", "GB", "FR", "BR", "IN", "ES", "IT", "NL", "PL", "SE", "JP"];

    /// <summary>The plans, cheapest first.</summary>
    public static IReadOnlyList<string> Plans { get; } = ["free", "basic", "pro", "enterprise"];

    /// <summary>The e-mail domains, most frequent first.</summary>
    public static IReadOnlyList<string> Domains { get; } =
        [.. Enumerable.Range(0, DomainCount).Select(rank => string.Create(CultureInfo.InvariantCulture, $"mail{rank:0000}.example"))];

    /// <summary>Up to which number in [0, 1) each country is drawn.</summary>
    internal static double[] CountryLimits { get; } = [0.24, 0.38, 0.49, 0.58, 0.66, 0.74, 0.80, 0.86, 0.90, 0.94, 0.97, 1.0];

    /// <summary>Up to which number in [0, 1) each plan is drawn.</summary>
    internal static double[] PlanLimits { get; } = [0.45, 0.75, 0.93, 1.0];
}
