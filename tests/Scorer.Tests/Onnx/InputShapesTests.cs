using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Tests.Execution;
using BatchEngine.Scorer.Tests.Forests;
using BatchEngine.Scorer.Tests.Graphs;

namespace BatchEngine.Scorer.Tests.Onnx;

/// <summary>Several matrices, matrices beside columns, more dimensions, one row at a time, and the less usual element types.</summary>
public sealed class InputShapesTests
{
    private const int Rows = 37;
    private static readonly ExecutorOptions s_onnx = ExecutorOptions.Default with { Engine = "onnx" };
    private static readonly string[] s_five = ["a", "b", "c", "d", "e"];

    [Theory]
    [InlineData(2L, 3L)]
    [InlineData(-1L, 3L)]
    [InlineData(2L, -1L)]
    public void TwoMatrices_ShareTheFeaturesInTheModelsOrder(long first, long second)
    {
        using var file = new TemporaryModel(new OnnxModelWriter().Input("p", OnnxModelWriter.Int64, -1, first).Input("q", OnnxModelWriter.Float, -1, second)
            .Node("Cast", "", ["p"], ["f"], OnnxModelWriter.OneInt("to", OnnxModelWriter.Float))
            .Node("Concat", "", ["f", "q"], ["y"], OnnxModelWriter.OneInt("axis", 1)).Output("y", OnnxModelWriter.Float, -1, -1).ToArray());
        if (first < 0 || second < 0)
        {
            // Concatenation fixes neither; the number of features does.
            using var open = ExecutorFactory.Open(file.Path, s_five, s_onnx);
            Assert.Equal(5, open.Outputs.Count);
        }
        using var model = ExecutorFactory.Open(file.Path, s_five, s_onnx);
        Assert.Equal([FeatureStorage.Int64, FeatureStorage.Int64, FeatureStorage.Float32, FeatureStorage.Float32, FeatureStorage.Float32],
            model.WantedStorage);
        var outputs = Fixture.Score(model, Table(5)).Outputs;
        for (var i = 0; i < 5; i++)
            Assert.Equal(Column(i), outputs[i]);
    }

    [Fact]
    public void MatrixBesideColumns_TakesWhatTheNamesLeave()
    {
        using var file = new TemporaryModel(new OnnxModelWriter().Input("d", OnnxModelWriter.Float, -1, 1).Input("m", OnnxModelWriter.Float, -1, 3)
            .Input("a", OnnxModelWriter.Float, -1)
            .Constant("shape", [-1L, 1L], 2).Node("Reshape", "", ["a", "shape"], ["wide"])
            .Node("Concat", "", ["d", "m", "wide"], ["y"], OnnxModelWriter.OneInt("axis", 1)).Output("y", OnnxModelWriter.Float, -1, 5).ToArray());
        using var model = ExecutorFactory.Open(file.Path, s_five, s_onnx);
        Assert.Equal([Column(3), Column(1), Column(2), Column(4), Column(0)], Fixture.Score(model, Table(5)).Outputs);
    }

    [Fact]
    public void InputOfThreeDimensions_TakesFeaturesRowByRow()
    {
        using var file = new TemporaryModel(new OnnxModelWriter().Input("x", OnnxModelWriter.Float, -1, 3, 2)
            .Node("ReduceSum", "", ["x", "axes"], ["y"], OnnxModelWriter.OneInt("keepdims", 0)).Constant("axes", [1L], 1)
            .Output("y", OnnxModelWriter.Float, -1, 2).ToArray());
        using var model = ExecutorFactory.Open(file.Path, [.. s_five, "f"], s_onnx);
        var outputs = Fixture.Score(model, Table(6)).Outputs;
        Assert.Equal(Enumerable.Range(0, Rows).Select(r => (3f * r) + 0 + 2 + 4), outputs[0]);
        Assert.Equal(Enumerable.Range(0, Rows).Select(r => (3f * r) + 1 + 3 + 5), outputs[1]);
    }

    [Theory]
    [InlineData(new long[] { 1, 3 })]
    [InlineData(new long[] { 4, 3 })]
    [InlineData(new long[] { 3 })]
    public void InputOfAFixedNumberOfRows_IsFedThatMany(long[] shape)
    {
        using var file = new TemporaryModel(new OnnxModelWriter().Input("x", OnnxModelWriter.Float, shape).Node("Neg", "", ["x"], ["y"])
            .Output("y", OnnxModelWriter.Float, shape).ToArray());
        using var model = ExecutorFactory.Open(file.Path, ["a", "b", "c"], s_onnx);
        Assert.Equal([.. Enumerable.Range(0, 3).Select(i => Column(i).Select(v => -v))], Fixture.Score(model, Table(3)).Outputs);
    }

    [Theory]
    [InlineData(10)] // float16
    [InlineData(3)] // int8
    [InlineData(2)] // uint8
    [InlineData(5)] // int16
    [InlineData(4)] // uint16
    [InlineData(12)] // uint32
    [InlineData(13)] // uint64
    [InlineData(11)] // double
    public void InputOfLessUsualElements_IsFed(int element)
    {
        using var file = new TemporaryModel(new OnnxModelWriter().Input("x", element, -1, 2).Node("Identity", "", ["x"], ["y"]).Output("y", element, -1, 2)
            .ToArray());
        using var model = ExecutorFactory.Open(file.Path, ["a", "b"], s_onnx);
        Assert.Equal([Column(0), Column(1)], Fixture.Score(model, Table(2)).Outputs);
    }

    [Fact]
    public void Features_ThatDoNotFillTheMatrices_AreRefusedWithEachInput()
    {
        using var file = new TemporaryModel(new OnnxModelWriter().Input("cat", OnnxModelWriter.Int64, -1, 2).Input("num", OnnxModelWriter.Float, -1, 4)
            .Node("Identity", "", ["num"], ["y"]).Node("Identity", "", ["cat"], ["z"]).Output("y", OnnxModelWriter.Float, -1, 4)
            .Output("z", OnnxModelWriter.Int64, -1, 2).ToArray());
        var failure = Assert.Throws<BadInputException>(() => ExecutorFactory.Open(file.Path, s_five, s_onnx));
        Assert.Contains("cat int64[-1,2], num float32[-1,4]", failure.Message, StringComparison.Ordinal);
        Assert.Contains("5 features [a, b, c, d, e]", failure.Message, StringComparison.Ordinal);
    }

    private static float[][] Table(int features) =>
        [.. Enumerable.Range(0, Rows).Select(row => Enumerable.Range(0, features).Select(i => (float)row + i).ToArray())];

    private static IEnumerable<float> Column(int column) => Enumerable.Range(0, Rows).Select(row => (float)row + column);
}
