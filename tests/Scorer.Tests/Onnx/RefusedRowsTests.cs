using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Onnx.Sessions;
using BatchEngine.Scorer.Realtime;
using BatchEngine.Scorer.Tests.Forests;
using BatchEngine.Scorer.Tests.Graphs;

namespace BatchEngine.Scorer.Tests.Onnx;

/// <summary>A model that refuses a row fails for its whole batch; only that row may be lost.</summary>
public sealed class RefusedRowsTests
{
    private static readonly string[] s_names = ["category", "x"];

    /// <summary>A look-up in a table of four, plus x: any other category fails in the runtime.</summary>
    private static TemporaryModel LookUp(long[]? shape = null) => new(new OnnxModelWriter()
        .Constant("table", [10f, 20f, 30f, 40f], 4)
        .Constant("zero", [0L], 1).Constant("one", [1L], 1)
        .Input("m", OnnxModelWriter.Float, shape ?? [-1, 2])
        .Node("Gather", "", ["m", "zero"], ["c"], OnnxModelWriter.OneInt("axis", 1))
        .Node("Gather", "", ["m", "one"], ["x"], OnnxModelWriter.OneInt("axis", 1))
        .Node("Cast", "", ["c"], ["i"], OnnxModelWriter.OneInt("to", OnnxModelWriter.Int64))
        .Node("Gather", "", ["table", "i"], ["t"])
        .Node("Add", "", ["t", "x"], ["y"])
        .Output("y", OnnxModelWriter.Float, shape is null ? -1 : shape[0], 1)
        .ToArray());

    private static LoadedModel Open(TemporaryModel model, int subBatchRows = 0) =>
        ExecutorFactory.Open(model.Path, s_names, ExecutorOptions.Default with { Engine = "onnx", SubBatchRows = subBatchRows });

    private static FeatureMatrix Matrix(int rows, Func<int, float> category)
    {
        var matrix = new FeatureMatrix(2, rows) { Rows = rows };
        for (var row = 0; row < rows; row++)
            (matrix.Column(0)[row], matrix.Column(1)[row]) = (category(row), row / 1_000f);
        return matrix;
    }

    [Theory]
    [InlineData(1_300, 0, 7, 500, 512, 1_299)]
    [InlineData(3, 1)]
    [InlineData(1, 0)]
    [InlineData(40, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)]
    public void Rows_ThatTheModelRefuses_AreNamedAndAllOthersKeepTheirBits(int rows, params int[] bad)
    {
        using var file = LookUp();
        using var model = Open(file);
        using var clean = Matrix(rows, row => row % 4);
        using var dirty = Matrix(rows, row => bad.Contains(row) ? 9 : row % 4);
        var (expected, block) = (new UnitPredictions(1, rows), new UnitPredictions(1, rows));
        using (var executor = model.CreateExecutor())
            executor.Score(clean, expected);
        using var sut = model.CreateExecutor();
        for (var time = 0; time < 2; time++)
        {
            sut.Score(dirty, block);
            Assert.Equal(bad, block.Refused.Select(r => r.Row));
            for (var row = 0; row < rows; row++)
                Assert.Equal(bad.Contains(row) ? float.NaN : expected.Column(0)[row], block.Column(0)[row]);
        }
        Assert.All(block.Refused, refused =>
        {
            Assert.Contains("Gather", refused.Message, StringComparison.Ordinal);
            Assert.Contains("9", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotMatch(@"[/\\]|\.cc|onnxruntime|\n", refused.Message);
            Assert.True(refused.Message.Length <= 203, refused.Message);
        });
        sut.Score(clean, block);
        Assert.Empty(block.Refused);
    }

    [Fact]
    public void Batches_OfAFixedNumberOfRows_LoseOnlyTheRefusedRow()
    {
        using var file = LookUp([4, 2]);
        using var model = Open(file);
        using var executor = model.CreateExecutor();
        using var matrix = Matrix(10, row => row == 6 ? -8 : 1);
        var block = new UnitPredictions(1, 10);
        executor.Score(matrix, block);
        Assert.Equal([6], block.Refused.Select(r => r.Row));
        Assert.Equal(20f + 0.009f, block.Column(0)[9]);
    }

    [Fact]
    public void Failure_ThatEveryRowShares_IsToldOnceAndNotHalved()
    {
        using var file = LookUp();
        using var model = Open(file);
        using var executor = model.CreateExecutor();
        using var matrix = Matrix(100_000, _ => 9);
        var failure = Assert.Throws<BadInputException>(() => executor.Score(matrix, new UnitPredictions(1, 100_000)));
        Assert.Contains("each of 16 rows", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Row_AskedForAlone_FailsAloneWithoutPaths()
    {
        using var file = LookUp();
        using var live = new RealtimeScoring(file.Path, FeatureSpec.AsIs(s_names));
        var failure = Assert.Throws<BadInputException>(() => live.Score(new Dictionary<string, object?> { ["category"] = 9.0, ["x"] = 1.0 }));
        Assert.Contains("ModelRefused", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(file.Path, failure.Message, StringComparison.Ordinal);
        Assert.Equal([21f], live.Score(new Dictionary<string, object?> { ["category"] = 1.0, ["x"] = 1.0 }).Outputs);
    }

    [Theory]
    [InlineData("[ErrorCode:RuntimeException] Non-zero status code returned while running OneHotEncoder node. Name:'' Status Message: "
        + "/onnxruntime_src/onnxruntime/core/providers/cpu/ml/onehotencoder.cc:81 virtual onnxruntime::common::Status "
        + "onnxruntime::ml::OneHotEncoderOp<std::basic_string<char> >::Compute(onnxruntime::OpKernelContext*) const [with T = int] "
        + "Unknown Category and zeros = 0.",
        "OneHotEncoder: Unknown Category and zeros = 0.")]
    [InlineData("[ErrorCode:Fail] plain", "plain")]
    public void Message_OfTheRuntime_KeepsOnlyTheCause(string message, string expected) =>
        Assert.Equal(expected, RuntimeMessage.OfRow(message));

    [Theory]
    [InlineData("[ErrorCode:RuntimeException] Failed to allocate memory for requested buffer of size 4294967296")]
    [InlineData("std::bad_alloc")]
    [InlineData("CUDA failure 700: an illegal memory access")]
    public void Message_OfTheMachine_IsNoRowsFault(string message) => Assert.True(RuntimeMessage.IsOfTheMachine(message));
}
