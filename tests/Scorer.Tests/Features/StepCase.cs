using BatchEngine.Domain;

namespace BatchEngine.Scorer.Tests.Features;

/// <summary>One case of each step, with what it makes of a column; a new step gets a case here, and with it the checks of <see cref="StepCasesTests"/> and
/// of <see cref="BatchAndRowAgreementTests"/>.</summary>
internal sealed record StepCase(FeatureTransform Step, ColumnKind Kind, IReadOnlyList<object?> Values, IReadOnlyList<float> Made)
{
    /// <summary>Every case.</summary>
    public static IReadOnlyList<StepCase> All { get; } =
    [
        new(new FeatureTransform.ImputeConstant(7), ColumnKind.Float, [null, float.NaN, 1f], [7, 7, 1]),
        new(new FeatureTransform.Clip(0, 10), ColumnKind.Double, [-1.0, 5.0, 11.0, null], [0, 5, 10, float.NaN]),
        new(new FeatureTransform.Standardise(2, 4), ColumnKind.Double, [2.0, 4.0, null], [0, 0.5f, float.NaN]),
        new(new FeatureTransform.Log1P(), ColumnKind.Double, [0.0, -1.0, null], [0, float.NegativeInfinity, float.NaN]),
        new(new FeatureTransform.Bucketise([10, 20]), ColumnKind.Double, [9.0, 10.0, 20.0, null], [0, 1, 2, float.NaN]),
        new(new FeatureTransform.OneHot(["a"]), ColumnKind.Text, ["a", "b", null], [1, 0, 0]),
        new(new FeatureTransform.OrdinalMap(new Dictionary<string, double> { ["a"] = 2.5 }, -1), ColumnKind.Text, ["a", "b", null], [2.5f, -1, -1]),
        new(new FeatureTransform.HashBucket(2, 0), ColumnKind.Text, [null], [float.NaN]),
        new(new FeatureTransform.DatePart(CalendarPart.Year), ColumnKind.Timestamp, [DateTimeOffset.UnixEpoch, null], [1970, float.NaN]),
        new(new FeatureTransform.MissingIndicator(), ColumnKind.Text, ["a", null], [0, 1]),
    ];
}
