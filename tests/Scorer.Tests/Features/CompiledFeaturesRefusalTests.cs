using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using static BatchEngine.Scorer.Tests.Features.FeatureCases;

namespace BatchEngine.Scorer.Tests.Features;

public sealed class CompiledFeaturesRefusalTests
{
    private static readonly Dictionary<string, double> OneValue = new() { ["a"] = 1 };

    public static TheoryData<string, ColumnKind, FeatureTransform[], string> BadSteps() => new()
    {
        { "log1p on text", ColumnKind.Text, [new FeatureTransform.Log1P()], "step 1 (log1p)" },
        { "impute on text", ColumnKind.Text, [new FeatureTransform.ImputeConstant(1)], "step 1 (impute constant)" },
        { "text without a step", ColumnKind.Text, [new FeatureTransform.HashBucket(0, 1)], "0 buckets" },
        { "unresolved mean", ColumnKind.Float, [new FeatureTransform.ImputeMean()], "impute mean" },
        { "NaN constant", ColumnKind.Float, [new FeatureTransform.ImputeConstant(double.NaN)], "NaN as the constant" },
        { "clip bounds swapped", ColumnKind.Float, [new FeatureTransform.Clip(2, 1)], "min 2 and max 1" },
        { "clip NaN", ColumnKind.Float, [new FeatureTransform.Clip(double.NaN, 1)], "min NaN" },
        { "deviation 0", ColumnKind.Float, [new FeatureTransform.Standardise(1, 0)], "standard deviation of 0" },
        { "deviation NaN", ColumnKind.Float, [new FeatureTransform.Standardise(1, double.NaN)], "standard deviation of NaN" },
        { "no edges", ColumnKind.Float, [new FeatureTransform.Bucketise([])], "no edge" },
        { "equal edges", ColumnKind.Float, [new FeatureTransform.Bucketise([1.0, 1.0])], "edge 1 after 1" },
        { "infinite edge", ColumnKind.Float, [new FeatureTransform.Bucketise([1.0, double.PositiveInfinity])], "edge 2" },
        { "one-hot in the middle", ColumnKind.Text, [new FeatureTransform.OneHot(["a"]), new FeatureTransform.Log1P()], "one-hot as step 1 of 2" },
        { "one-hot without categories", ColumnKind.Text, [new FeatureTransform.OneHot([])], "no feature" },
        { "word as integer category", ColumnKind.Integer, [new FeatureTransform.OneHot(["a"])], "category 'a' of an integer column" },
        { "word as bool category", ColumnKind.Bool, [new FeatureTransform.OneHot(["yes"])], "category 'yes' of a bool column" },
        { "word as float category", ColumnKind.Float, [new FeatureTransform.OrdinalMap(OneValue, 0)], "category 'a' of a numeric column" },
        { "infinite ordinal", ColumnKind.Text, [new FeatureTransform.OrdinalMap(OneValue, double.PositiveInfinity)], "unseen" },
        { "hash of fractions", ColumnKind.Double, [new FeatureTransform.HashBucket(10, 1)], "fractions" },
        { "hash of a date", ColumnKind.Date, [new FeatureTransform.HashBucket(10, 1)], "date part" },
        { "date part of a number", ColumnKind.Integer, [new FeatureTransform.DatePart(CalendarPart.Day)], "a date or timestamp column" },
        { "hour of a date", ColumnKind.Date, [new FeatureTransform.DatePart(CalendarPart.Hour)], "A date has no hour" },
        { "date part not first", ColumnKind.Date, [new FeatureTransform.Clip(0, 1), new FeatureTransform.DatePart(CalendarPart.Day)], "date part as step 2" },
        { "nested column", ColumnKind.Unsupported, [], "Unsupported" },
    };

    [Theory]
    [MemberData(nameof(BadSteps))]
    public void Rejects_StepThatMakesNoSense(string what, ColumnKind kind, FeatureTransform[] steps, string part)
    {
        Assert.NotEmpty(what);
        var problem = Assert.Throws<BadInputException>(() =>
            CompiledFeatures.Compile(new FeatureSpec([new FeatureColumn("f", "x", steps)]), [Column("x", kind)]));
        Assert.Contains(part, problem.Message, StringComparison.Ordinal);
        if (steps is not [FeatureTransform.OneHot { Categories.Count: 0 }])
            Assert.Contains("feature 'f'", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rejects_TwoFeaturesOfOneName()
    {
        var spec = new FeatureSpec([FeatureColumn.AsIs("x"), new FeatureColumn("x", "y", [])]);
        var problem = Assert.Throws<BadInputException>(() => CompiledFeatures.Compile(spec, [Column("x", ColumnKind.Float), Column("y", ColumnKind.Float)]));
        Assert.Contains("'x' 2 times", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rejects_OneHotCategoryNamedTwice()
    {
        var spec = new FeatureSpec([new FeatureColumn("f", "x", [new FeatureTransform.OneHot(["a", "b", "a"])])]);
        var problem = Assert.Throws<BadInputException>(() => CompiledFeatures.Compile(spec, [Column("x", ColumnKind.Text)]));
        Assert.Contains("'f=a' 2 times", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rejects_UnknownColumnNamingTheNearest()
    {
        var problem = Assert.Throws<BadInputException>(() =>
            CompiledFeatures.Compile(FeatureSpec.AsIs(["incme"]), [Column("id", ColumnKind.Integer), Column("income", ColumnKind.Float)]));
        Assert.Contains("'income', 'id'", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ColumnKind.Text, FeatureStorage.Float32, "without a step")]
    [InlineData(ColumnKind.Text, FeatureStorage.Int64, "without a step")]
    [InlineData(ColumnKind.Float, FeatureStorage.Int64, "fractions")]
    [InlineData(ColumnKind.Integer, FeatureStorage.Text, "the model takes text")]
    public void Rejects_StorageThatCannotHoldTheColumn(ColumnKind kind, FeatureStorage storage, string part)
    {
        var problem = Assert.Throws<BadInputException>(() => CompiledFeatures.Compile(FeatureSpec.AsIs(["x"]), [Column("x", kind)], [storage]));
        Assert.Contains(part, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rejects_AnotherNumberOfFeaturesThanTheModelTakes() =>
        Assert.Throws<BadInputException>(() =>
            CompiledFeatures.Compile(FeatureSpec.AsIs(["x"]), [Column("x", ColumnKind.Float)], [FeatureStorage.Float32, FeatureStorage.Float32]));
}
