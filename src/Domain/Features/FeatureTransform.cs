namespace BatchEngine.Domain;

/// <summary>One step from a source column to model features. Steps are applied in order; the compiled step is the same code for a batch and for one row.
/// Immutable.</summary>
public abstract record FeatureTransform
{
    private FeatureTransform()
    {
    }

    /// <summary>A missing value (null or NaN) becomes this constant.</summary>
    public sealed record ImputeConstant(double Value) : FeatureTransform;

    /// <summary>A missing value becomes the mean of the column in the reference profile; resolved to <see cref="ImputeConstant"/> when the run is
    /// planned.</summary>
    public sealed record ImputeMean : FeatureTransform;

    /// <summary>Values below <paramref name="Min"/> or above <paramref name="Max"/> become that bound; missing stays missing.</summary>
    public sealed record Clip(double Min, double Max) : FeatureTransform;

    /// <summary>(x - mean) / standard deviation; a deviation of 0 is refused.</summary>
    public sealed record Standardise(double Mean, double StandardDeviation) : FeatureTransform;

    /// <summary>ln(1 + x); x at or below -1 gives a non-finite feature, which the row check sees.</summary>
    public sealed record Log1P : FeatureTransform;

    /// <summary>The number of edges at or below x: with edges e0 to en, a value below e0 gives 0, at or above en gives n + 1. Missing stays missing.</summary>
    public sealed record Bucketise(IReadOnlyList<double> Edges) : FeatureTransform;

    /// <summary>One feature per category, named "feature=category", 1 where equal, else 0; missing or unseen gives all zeros. Must be the last step.</summary>
    public sealed record OneHot(IReadOnlyList<string> Categories) : FeatureTransform;

    /// <summary>The number given for the category; missing or unseen gives <paramref name="Unseen"/>.</summary>
    public sealed record OrdinalMap(IReadOnlyDictionary<string, double> Values, double Unseen) : FeatureTransform;

    /// <summary>XxHash64 of the value's UTF-8 text with the seed, modulo the bucket count; missing stays missing.</summary>
    public sealed record HashBucket(int Buckets, long Seed) : FeatureTransform;

    /// <summary>A part of a date or timestamp in UTC.</summary>
    public sealed record DatePart(CalendarPart Part) : FeatureTransform;

    /// <summary>1 where the value is missing, else 0.</summary>
    public sealed record MissingIndicator : FeatureTransform;
}
