using BatchEngine.Domain;
using BatchEngine.Scorer.OneShot;

namespace BatchEngine.Scorer.Tests.OneShot;

public sealed class OneShotFeaturesTests
{
    private static readonly OneShotOptions s_options = new("m.onnx", ["in.parquet"], "out") { KeyColumn = "id" };

    [Theory]
    [InlineData("f0", "f1", "f2")]
    [InlineData("x_9", "x_10", "x_11")]
    public void Matrix_ColumnsNumberedInOrder_AreItsFeatures(string a, string b, string c) =>
        Assert.Equal([a, b, c], Of(3, a, b, c).Columns.Select(f => f.Name));

    [Theory]
    [InlineData("income", "age", "label")]
    [InlineData("f1", "f0", "f2")]
    [InlineData("f0", "f2", "f3")]
    [InlineData("f0", "g1", "f2")]
    public void Matrix_ColumnsInAnOrderThatSaysNothing_AreRefusedWithTheCandidates(string a, string b, string c) =>
        Assert.Contains($"{a}, {b}, {c}", Assert.Throws<BadInputException>(() => Of(3, a, b, c)).Message, StringComparison.Ordinal);

    [Fact]
    public void Matrix_OfUnknownWidth_TakesNoTableForGranted() => Assert.Throws<BadInputException>(() => Of(-1, "age", "label"));

    [Fact]
    public void Matrix_OneColumn_IsTaken() => Assert.Equal("age", Assert.Single(Of(-1, "age").Columns).Name);

    private static FeatureSpec Of(long width, params string[] columns) => OneShotFeatures.Resolve(s_options,
        new ModelSignature([new TensorSpec("x", TensorElement.Float32, [-1, width])], [new TensorSpec("y", TensorElement.Float32, [-1, 1])]),
        new InputManifest([], [new InputColumn("id", ColumnKind.Integer, false, "INT64"),
            .. columns.Select(c => new InputColumn(c, ColumnKind.Float, false, "FLOAT"))]));

    [Fact]
    public void SeveralMatrices_WithoutFeatures_AreRefusedWithTheInputs()
    {
        var signature = new ModelSignature([new TensorSpec("cat", TensorElement.Int64, [-1, 2]), new TensorSpec("num", TensorElement.Float32, [-1, 4])], []);
        var failure = Assert.Throws<BadInputException>(() => OneShotFeatures.Resolve(new OneShotOptions("m.onnx", [], "out"), signature, null!));
        Assert.Contains("cat int64[-1,2], num float32[-1,4]", failure.Message, StringComparison.Ordinal);
    }
}
