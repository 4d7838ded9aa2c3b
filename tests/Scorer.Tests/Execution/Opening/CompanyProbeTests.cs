using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Realtime;
using BatchEngine.Scorer.Tests.Forests;
using BatchEngine.Scorer.Tests.Graphs;

namespace BatchEngine.Scorer.Tests.Execution.Opening;

public sealed class CompanyProbeTests
{
    private static readonly string[] s_names = ["a", "b", "c"];

    private static OnnxModelWriter Inputs(long rows) => new OnnxModelWriter().Input("x", OnnxModelWriter.Float, rows, 3);

    // The batch's own mean is taken away before the weights.
    private static byte[] CenteredByItsBatch(long rows = -1) => Inputs(rows)
        .Constant("w", [1f, -2f, 0.5f], 3, 1)
        .Node("ReduceMean", "", ["x"], ["mean"], OnnxModelWriter.Ints("axes", [0]), OnnxModelWriter.OneInt("keepdims", 1))
        .Node("Sub", "", ["x", "mean"], ["centered"]).Node("MatMul", "", ["centered", "w"], ["y"]).Output("y", OnnxModelWriter.Float, rows, 1).ToArray();

    // The batch is brought to bytes by its own smallest and largest value.
    private static byte[] QuantisedByItsBatch() => Inputs(-1)
        .Constant("w", [1f, -2f, 0.5f], 3, 1)
        .Node("DynamicQuantizeLinear", "", ["x"], ["q", "scale", "zero"]).Node("DequantizeLinear", "", ["q", "scale", "zero"], ["d"])
        .Node("MatMul", "", ["d", "w"], ["y"]).Output("y", OnnxModelWriter.Float, -1, 1).ToArray();

    private static byte[] RowByRow(long rows = -1) => Inputs(rows)
        .Constant("w", [.. Enumerable.Range(0, 3 * 64).Select(i => MathF.Sin(i))], 3, 64)
            .Constant("v", [.. Enumerable.Range(0, 64).Select(i => MathF.Cos(i))], 64, 1)
        .Node("MatMul", "", ["x", "w"], ["h"]).Node("Relu", "", ["h"], ["r"]).Node("MatMul", "", ["r", "v"], ["y"])
        .Output("y", OnnxModelWriter.Float, rows, 1).ToArray();

    private static LoadedModel Open(byte[] bytes)
    {
        using var file = new TemporaryModel(bytes);
        return ExecutorFactory.Open(file.Path, s_names);
    }

    [Fact]
    public void Model_WhoseRowsDependOnTheirBatch_IsFoundAndSaysSo()
    {
        foreach (var bytes in new[] { CenteredByItsBatch(), CenteredByItsBatch(8), QuantisedByItsBatch() })
        {
            using var model = Open(bytes);
            Assert.NotNull(model.Coupling);
            Assert.Contains("depend on the other rows of its batch", Assert.Single(LabelProbe.CaveatsOf(model)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Model_WhoseRowsStandAlone_IsNotSuspected()
    {
        foreach (var bytes in new[] { RowByRow(), RowByRow(8), RowByRow(1) })
        {
            using var model = Open(bytes);
            Assert.Null(model.Coupling);
        }
    }

    [Theory]
    [InlineData("mlp")]
    [InlineData("logreg_gemm")]
    [InlineData("logreg_ml")]
    [InlineData("gbt_d6")]
    public void TrainedModel_OfRowsOfItsOwn_IsNotSuspected(string name)
    {
        var path = Fixture.Shared($"models/{name}.onnx");
        var signature = ExecutorFactory.Inspect(path);
        string[] names = [.. Enumerable.Range(0, (int)signature.Inputs[0].Shape[1]).Select(i => $"f{i}")];
        using var model = ExecutorFactory.Open(path, names, ExecutorOptions.Default with { Engine = "onnx" });
        Assert.Null(model.Coupling);
    }

    [Fact]
    public void Row_ScoredAloneByACoupledModel_IsMarked()
    {
        using var file = new TemporaryModel(CenteredByItsBatch());
        using var live = new RealtimeScoring(file.Path, FeatureSpec.AsIs(s_names));
        var row = new Dictionary<string, object?> { ["a"] = 1.0, ["b"] = 2.0, ["c"] = 3.0 };
        Assert.True(live.Score(row).Flags.HasFlag(PredictionFlags.DependsOnBatch));
        using var other = new TemporaryModel(RowByRow());
        using var alone = new RealtimeScoring(other.Path, FeatureSpec.AsIs(s_names));
        Assert.False(alone.Score(row).Flags.HasFlag(PredictionFlags.DependsOnBatch));
    }
}
