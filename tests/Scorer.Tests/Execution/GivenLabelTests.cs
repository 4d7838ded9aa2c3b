using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;

namespace BatchEngine.Scorer.Tests.Execution;

public sealed class GivenLabelTests
{
    private static OutputPart Label(OutputColumn[] columns, params string[] labels) =>
        new(new TensorSpec("label", labels.Length > 0 ? TensorElement.Text : TensorElement.Int64, [-1]), [], 0, columns, labels);

    private static UnitPredictions Scored(params float[][] columns)
    {
        var block = new UnitPredictions(columns.Length, columns[0].Length) { Rows = columns[0].Length };
        for (var i = 0; i < columns.Length; i++)
            columns[i].CopyTo(block.Column(i));
        return block;
    }

    [Fact]
    public void Confidence_OfALabelThatIsNotTheLargest_IsThatOfTheLabel()
    {
        var label = GivenLabel.Of(Label([new OutputColumn("label", ["b", "a"])], "b", "a"), ["a", "b"]);
        var block = Scored([0, 1, 1], [0.9f, 0.9f, 0.4f], [0.1f, 0.1f, 0.6f]);
        ClassConfidence.Fill(block, new ProbabilityColumns(1, 2, 2) { Label = label });
        Assert.Equal([0.1f, 0.9f, 0.4f], block.Confidence.ToArray());
        Assert.Equal(2, block.LabelsBesideTheLargest);
    }

    [Fact]
    public void Confidence_OfWideLabels_IsFoundByTheWholeInteger()
    {
        const long far = 5_000_000_000;
        var label = GivenLabel.Of(Label(OutputColumn.Wide("label")), ["-3", far.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        long[] labels = [far, -3, 8];
        var block = Scored([.. labels.Select(IntegerHalves.Lower)], [.. labels.Select(IntegerHalves.Upper)], [0.7f, 0.7f, 0.7f], [0.3f, 0.3f, 0.3f]);
        ClassConfidence.Fill(block, new ProbabilityColumns(2, 2, 2) { Label = label });
        Assert.Equal([0.3f, 0.7f, float.NaN], block.Confidence.ToArray());
        Assert.Equal(2, block.LabelsBesideTheLargest);
    }

    [Fact]
    public void Confidence_OfEqualProbabilities_IsNoDisagreement()
    {
        var label = GivenLabel.Of(Label([OutputColumn.Integer("label")]), ["0", "1"]);
        var block = Scored([0, 1], [0.5f, 0.5000001f], [0.5f, 0.4999999f]);
        ClassConfidence.Fill(block, new ProbabilityColumns(1, 2, 2) { Label = label });
        Assert.Equal(0, block.LabelsBesideTheLargest);
    }

    [Theory]
    [InlineData("x", "y")]
    [InlineData("1", "1")]
    [InlineData("1")]
    public void Label_ThatNothingTiesToTheClasses_IsNotGuessed(params string[] classes) =>
        Assert.Null(GivenLabel.Of(Label([OutputColumn.Integer("label")]), classes));
}
