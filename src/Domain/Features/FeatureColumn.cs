namespace BatchEngine.Domain;

/// <summary>One feature (or one group, for one-hot): a source column and the steps applied to it. Immutable.</summary>
/// <param name="Name">The feature's name, unique in its spec; for a model with one input per feature, the input's name.</param>
/// <param name="Source">The Parquet column.</param>
/// <param name="Steps">Applied in order; empty means the numeric value as it is (bool is 0 or 1, text passes through to text inputs).</param>
public sealed record FeatureColumn(string Name, string Source, IReadOnlyList<FeatureTransform> Steps)
{
    /// <summary>A column taken as it is.</summary>
    public static FeatureColumn AsIs(string column) => new(column, column, []);

    /// <summary>The names of the features this column gives: one, or one per category when the last step is one-hot.</summary>
    public IReadOnlyList<string> FeatureNames => Steps.Count > 0 ? Steps[^1].FeatureNames(Name) : [Name];
}
