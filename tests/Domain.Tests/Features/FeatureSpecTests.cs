namespace BatchEngine.Domain.Tests.Features;

public sealed class FeatureSpecTests
{
    private static readonly FeatureColumn Age = new("age", "age", [new FeatureTransform.ImputeConstant(40), new FeatureTransform.Clip(18, 99)]);

    [Fact]
    public void ContentHash_OfEqualSpecs_IsEqual() =>
        Assert.Equal(new FeatureSpec([Age, FeatureColumn.AsIs("x")]).ContentHash, new FeatureSpec([Age with { }, FeatureColumn.AsIs("x")]).ContentHash);

    [Fact]
    public void ContentHash_OfAnyChange_Differs()
    {
        FeatureSpec[] specs =
        [
            new([Age, FeatureColumn.AsIs("x")]),
            new([FeatureColumn.AsIs("x"), Age]),
            new([Age with { Name = "years" }, FeatureColumn.AsIs("x")]),
            new([Age with { Source = "years" }, FeatureColumn.AsIs("x")]),
            new([Age with { Steps = [new FeatureTransform.Clip(18, 99), new FeatureTransform.ImputeConstant(40)] }, FeatureColumn.AsIs("x")]),
            new([Age with { Steps = [new FeatureTransform.ImputeConstant(40), new FeatureTransform.Clip(18, 98)] }, FeatureColumn.AsIs("x")]),
            new([Age, FeatureColumn.AsIs("x\"y")]),
        ];
        Assert.Equal(specs.Length, specs.Select(s => s.ContentHash).Distinct().Count());
    }

    [Fact]
    public void ContentHash_OfOrdinalMap_DoesNotDependOnTheOrderWritten()
    {
        var one = new FeatureTransform.OrdinalMap(new Dictionary<string, double> { ["a"] = 1, ["b"] = 2 }, -1);
        var other = new FeatureTransform.OrdinalMap(new Dictionary<string, double> { ["b"] = 2, ["a"] = 1 }, -1);
        Assert.Equal(new FeatureSpec([new FeatureColumn("p", "p", [one])]).ContentHash, new FeatureSpec([new FeatureColumn("p", "p", [other])]).ContentHash);
    }

    [Fact]
    public void FeatureNames_OfOneHot_AreOnePerCategory() =>
        Assert.Equal(["plan=a", "plan=b", "x"],
            new FeatureSpec([new FeatureColumn("plan", "plan", [new FeatureTransform.OneHot(["a", "b"])]), FeatureColumn.AsIs("x")]).FeatureNames);
}
