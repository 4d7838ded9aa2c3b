namespace BatchEngine.Domain;

/// <summary>The mean that a feature has in place of missing values.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="Source">The column that the mean is of.</param>
/// <param name="Value">The mean.</param>
public sealed record ImputedMean(string Feature, string Source, double Value);
