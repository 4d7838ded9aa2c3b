using System.Text;
using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using static BatchEngine.Scorer.Tests.Features.FeatureCases;

namespace BatchEngine.Scorer.Tests.Features;

public sealed class ImputeTextTests
{
    [Fact]
    public void MissingText_Imputed_IsTheGivenTextAndPresent_UnitAfterUnit()
    {
        var column = Column("x", ColumnKind.Text);
        var compiled = CompiledFeatures.Compile(Spec(new FeatureTransform.ImputeText("größe")), [column]);
        using var matrix = compiled.CreateMatrix(3);
        foreach (var values in new object?[][] { ["a", null, ""], [null, "b", null], ["c", "d", "e"] })
        {
            using var batch = Batch(column, values);
            compiled.Transform(batch, matrix);
            Assert.False(matrix.HasMissing(0));
            Assert.Equal(values.Select(v => (string?)v ?? "größe"), Enumerable.Range(0, 3).Select(r => Encoding.UTF8.GetString(matrix.TextColumn(0)[r])));
            Assert.All(matrix.Present(0).ToArray(), p => Assert.Equal(1, p));
        }
    }

    [Fact]
    public void ImputeText_OnNumbersOrBeforeAnotherStep_IsRefused()
    {
        Assert.Throws<BadInputException>(() => CompiledFeatures.Compile(Spec(new FeatureTransform.ImputeText("a")), [Column("x", ColumnKind.Integer)]));
        Assert.Throws<BadInputException>(() => CompiledFeatures.Compile(
            Spec(new FeatureTransform.ImputeText("a"), new FeatureTransform.OneHot(["a"])), [Column("x", ColumnKind.Text)]));
    }

    private static FeatureSpec Spec(params FeatureTransform[] steps) => new([new FeatureColumn("f", "x", steps)]);
}
