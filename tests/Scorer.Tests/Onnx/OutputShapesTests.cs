using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Tests.Execution;
using BatchEngine.Scorer.Tests.Forests;
using BatchEngine.Scorer.Tests.Graphs;

namespace BatchEngine.Scorer.Tests.Onnx;

/// <summary>Outputs whose real shape is not what the file declares, or is not one value or one vector a row; 37 rows.</summary>
public sealed class OutputShapesTests
{
    private const int Rows = 37;
    private const int Float16 = 10;
    private static readonly ExecutorOptions s_onnx = ExecutorOptions.Default with { Engine = "onnx" };

    [Theory]
    [InlineData(new long[] { -1, -1 })]
    [InlineData(new long[] { -1, 2 })]
    [InlineData(new long[] { 2, -1 })]
    public void Output_WithRowsBehind_IsReadByRow(long[] declared)
    {
        var outputs = Score(out var names, g => g.Node("Transpose", "", ["x"], ["y"]).Output("y", OnnxModelWriter.Float, declared));
        Assert.Equal(["y_0", "y_1"], names);
        Assert.Equal(Column(0), outputs[0]);
        Assert.Equal(Column(1), outputs[1]);
    }

    [Fact]
    public void Outputs_OfTwoLabelsAndTwoClasses_BecomeFourColumns()
    {
        // [labels, rows, classes], as multi-label classifiers give their probabilities.
        var outputs = Score(out var names, g => g.Constant("axis", [0L], 1)
            .Node("Neg", "", ["x"], ["n"])
            .Node("Unsqueeze", "", ["x", "axis"], ["a"]).Node("Unsqueeze", "", ["n", "axis"], ["b"])
            .Node("Concat", "", ["a", "b"], ["p"], OnnxModelWriter.OneInt("axis", 0)).Output("p", OnnxModelWriter.Float, 2, -1, 2));
        Assert.Equal(["p_0", "p_1", "p_2", "p_3"], names);
        Assert.Equal([Column(0), Column(1), Column(0).Select(v => -v), Column(1).Select(v => -v)], outputs);
    }

    [Fact]
    public void Outputs_OfASequenceOfTensors_BecomeColumnsInItsOrder()
    {
        var outputs = Score(out var names, g => g.Node("Neg", "", ["x"], ["n"]).Node("SequenceConstruct", "", ["x", "n"], ["p"]).TensorsOutput("p"));
        Assert.Equal(["p_0", "p_1", "p_2", "p_3"], names);
        Assert.Equal([Column(0), Column(1), Column(0).Select(v => -v), Column(1).Select(v => -v)], outputs);
    }

    [Fact]
    public void Output_WiderThanDeclared_IsReadWhole()
    {
        var outputs = Score(out var names, g => g.Node("LinearRegressor", "ai.onnx.ml", ["x"], ["y"],
            OnnxModelWriter.Floats("coefficients", [1, 0, 0, 1]), OnnxModelWriter.Floats("intercepts", [0, 0]), OnnxModelWriter.OneInt("targets", 2))
            .Output("y", OnnxModelWriter.Float, -1, 1));
        Assert.Equal(["y_0", "y_1"], names);
        Assert.Equal([Column(0), Column(1)], outputs);
    }

    [Theory]
    [InlineData(Float16, TensorElement.Float16)]
    [InlineData(3, TensorElement.Int8)]
    [InlineData(2, TensorElement.UInt8)]
    [InlineData(5, TensorElement.Int16)]
    [InlineData(4, TensorElement.UInt16)]
    [InlineData(12, TensorElement.UInt32)]
    [InlineData(13, TensorElement.UInt64)]
    public void Output_OfLessUsualElements_IsRead(int element, TensorElement expected)
    {
        using var file = Model(g => g.Node("Cast", "", ["x"], ["y"], OnnxModelWriter.OneInt("to", element)).Output("y", element, -1, 2));
        using var model = ExecutorFactory.Open(file.Path, ["a", "b"], s_onnx);
        Assert.Equal(expected, model.Signature.Outputs[0].Element);
        Assert.Equal([Column(0), Column(1)], Fixture.Score(model, Table()).Outputs);
    }

    [Fact]
    public void Output_ThatIsNoResultPerRow_IsRefusedNamingOutputAndShapes()
    {
        using var file = Model(g => g.Node("ReduceMean", "", ["x"], ["m"], OnnxModelWriter.Ints("axes", [0, 1])).Output("m", OnnxModelWriter.Float));
        var failure = Assert.Throws<BadInputException>(() => ExecutorFactory.Open(file.Path, ["a", "b"], s_onnx));
        Assert.Contains("output 'm'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("[1,1] for 7 rows and [1,1] for 11", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Output_DeclaredWronglyByAModelThatFailsOnZeros_IsReadAsItComes()
    {
        // The encoder knows no category 0, so there is no trial run; the label is declared [1,5] and comes as [1,rows], as QDA is exported.
        using var file = new TemporaryModel(new OnnxModelWriter().Input("x", OnnxModelWriter.Float, -1, 1)
            .Node("OneHotEncoder", "ai.onnx.ml", ["x"], ["hot"], OnnxModelWriter.Ints("cats_int64s", [1, 2]), OnnxModelWriter.OneInt("zeros", 0))
            .Constant("classes", [5L, 9L], 2)
            .Node("ArgMax", "", ["hot"], ["at"], OnnxModelWriter.OneInt("axis", -1), OnnxModelWriter.OneInt("keepdims", 0))
            .Node("Flatten", "", ["at"], ["flat"])
            .Node("ArrayFeatureExtractor", "ai.onnx.ml", ["classes", "flat"], ["label"])
            .Output("label", OnnxModelWriter.Int64, -1, 1).ToArray());
        using var model = ExecutorFactory.Open(file.Path, ["a"], s_onnx);
        Assert.Equal([5f, 9f, 9f], Fixture.Score(model, [1], [2], [2]).Outputs[0]);
    }

    [Fact]
    public void Confidence_OfSeveralLabels_IsThatOfTheLeastSure()
    {
        // Two labels of their own: sigmoids beside a label vector. Surely none is sure.
        using var file = Model(g => g.Node("Sigmoid", "", ["x"], ["p"]).Constant("half", [0.5f], 1).Node("Greater", "", ["p", "half"], ["is"])
            .Node("Cast", "", ["is"], ["label"], OnnxModelWriter.OneInt("to", OnnxModelWriter.Int64))
            .Output("label", OnnxModelWriter.Int64, -1, 2).Output("p", OnnxModelWriter.Float, -1, 2));
        using var model = ExecutorFactory.Open(file.Path, ["a", "b"], s_onnx);
        var (_, confidence) = Fixture.Score(model, [-9, -9], [9, 0], [9, -9]);
        Assert.Equal(0.9999f, confidence[0], 1e-4f);
        Assert.Equal(0.5f, confidence[1], 1e-4f);
        Assert.Equal(0.9999f, confidence[2], 1e-4f);
    }

    private static float[][] Score(out string[] names, Action<OnnxModelWriter> build)
    {
        using var file = Model(build);
        using var model = ExecutorFactory.Open(file.Path, ["a", "b"], s_onnx);
        names = [.. model.Outputs.Select(o => o.Name)];
        var outputs = Fixture.Score(model, Table()).Outputs;
        Assert.Equal([outputs[0][0]], Fixture.Score(model, [0, 1]).Outputs[0]);
        return outputs;
    }

    private static TemporaryModel Model(Action<OnnxModelWriter> build)
    {
        var graph = new OnnxModelWriter().Input("x", OnnxModelWriter.Float, -1, 2);
        build(graph);
        return new TemporaryModel(graph.ToArray());
    }

    private static float[][] Table() => [.. Enumerable.Range(0, Rows).Select(row => new float[] { row, row + 1 })];

    private static IEnumerable<float> Column(int column) => Enumerable.Range(0, Rows).Select(row => (float)row + column);
}
