using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using static BatchEngine.Scorer.Tests.Features.FeatureCases;

namespace BatchEngine.Scorer.Tests.Features;

public sealed class StepCasesTests
{
    public static TheoryData<string> Names() => [.. StepCase.All.Select(c => c.Step.Words())];

    [Fact]
    public void EveryStep_HasACase() => Assert.Equal(
        typeof(FeatureTransform).GetNestedTypes().Select(t => t.Name).Where(n => n is not (nameof(FeatureTransform.ImputeMean)
            or nameof(FeatureTransform.ImputeText))).Order(StringComparer.Ordinal),
        StepCase.All.Select(c => c.Step.GetType().Name).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void Step_OnItsCase_MakesTheValues_InABatchAndAlone(string name)
    {
        var given = StepCase.All.Single(c => c.Step.Words() == name);
        Assert.Equal(given.Made, Run(given.Kind, [given.Step], [.. given.Values]));
        Assert.Equal(given.Made, given.Values.Select(value => Alone(given, value)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Step_OnTheColumnThatItWants_Compiles(string name)
    {
        var step = StepCase.All.Single(c => c.Step.Words() == name).Step;
        CompiledFeatures.Compile(new FeatureSpec([new FeatureColumn("f", "x", [step])]), [Column("x", step.WantedColumn() ?? ColumnKind.Double)]);
    }

    private static float Alone(StepCase given, object? value)
    {
        var compiled = CompiledFeatures.Compile(new FeatureSpec([new FeatureColumn("f", "x", [given.Step])]), [Column("x", given.Kind)]);
        using var columns = compiled.CreateColumns(1);
        using var matrix = compiled.CreateMatrix(1);
        SingleRow.Fill(columns, new Dictionary<string, object?> { ["x"] = value });
        compiled.Transform(columns, matrix);
        return matrix.Column(0)[0];
    }
}
