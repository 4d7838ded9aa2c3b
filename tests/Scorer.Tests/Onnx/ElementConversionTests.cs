using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Tests.Execution;
using BatchEngine.Scorer.Tests.Forests;
using BatchEngine.Scorer.Tests.Graphs;

namespace BatchEngine.Scorer.Tests.Onnx;

/// <summary>Values on their way into tensors of every element type and out of them again; 37 rows, so that vectors leave a rest.</summary>
public sealed class ElementConversionTests
{
    private const int Rows = 37;
    private const int Int32 = 6;
    private const int Bool = 9;
    private const int Double = 11;

    private static readonly ExecutorOptions s_onnx = ExecutorOptions.Default with { Engine = "onnx" };

    // Ends of the integers, their neighbours, nothing and fractions.
    private static readonly float[] s_values =
    [
        .. (float[])[0f, 1f, 1.75f, -1.75f, 2_147_483_520f, 3e9f, -3e9f, 9e18f, 1e19f, -1e19f, float.PositiveInfinity, float.NegativeInfinity, float.NaN],
        .. Enumerable.Range(0, Rows - 13).Select(i => (i * 1.5f) - 20),
    ];

    public static TheoryData<int, int> OutputElements => new(
        from element in (int[])[OnnxModelWriter.Float, Double, Int32, OnnxModelWriter.Int64, Bool]
        from width in (int[])[1, 3]
        select (element, width));

    [Theory]
    [MemberData(nameof(OutputElements))]
    public void Output_OfAnyElementAndWidth_IsGivenAsFloats(int element, int width)
    {
        using var file = new TemporaryModel(new OnnxModelWriter().Input("x", OnnxModelWriter.Float, -1, width)
            .Node("Cast", "", ["x"], ["y"], OnnxModelWriter.OneInt("to", element)).Output("y", element, -1, width).ToArray());
        using var model = ExecutorFactory.Open(file.Path, [.. Enumerable.Range(0, width).Select(i => $"f{i}")], s_onnx);
        float[][] rows = [.. Enumerable.Range(0, Rows).Select(row => Enumerable.Range(0, width).Select(i => (row * 1.5f) - 20 + i).ToArray())];
        var (outputs, _) = Fixture.Score(model, rows);
        for (var column = 0; column < width; column++)
        {
            Assert.Equal(rows.Select(r => element switch
            {
                Bool => r[column] != 0 ? 1f : 0f,
                Int32 or OnnxModelWriter.Int64 => MathF.Truncate(r[column]),
                _ => r[column],
            }), outputs[column]);
        }
    }

    [Theory]
    [InlineData(OnnxModelWriter.Float)]
    [InlineData(Double)]
    [InlineData(Int32)]
    [InlineData(OnnxModelWriter.Int64)]
    [InlineData(Bool)]
    public void Input_FedWithFloats_TakesThemWholeOrItsNearestEnd(int element)
    {
        using var model = Identity(element, out var file);
        using (file)
        {
            using var features = new FeatureMatrix(1, Rows) { Rows = Rows };
            s_values.CopyTo(features.Column(0));
            Assert.Equal(s_values.Select(x => element switch
            {
                Bool => x != 0 ? 1f : 0f,
                Int32 => float.IsNaN(x) ? 0 : (float)(int)Math.Clamp((double)MathF.Truncate(x), int.MinValue, int.MaxValue),
                OnnxModelWriter.Int64 => float.IsNaN(x) ? 0 : Math.Clamp(MathF.Truncate(x), long.MinValue, long.MaxValue),
                _ => x,
            }), Score(model, features));
        }
    }

    [Fact]
    public void Input_FedWithIntegers_TakesThemExactlyOrItsNearestEnd()
    {
        using var model = Identity(Int32, out var file);
        using (file)
        {
            long[] values = [0, 7, -7, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue, .. Enumerable.Range(0, Rows - 7).Select(i => (long)i - 9)];
            using var features = new FeatureMatrix([FeatureStorage.Int64], Rows) { Rows = Rows };
            values.CopyTo(features.IntegerColumn(0));
            features.Present(0).Fill(1);
            Assert.Equal(values.Select(x => (float)Math.Clamp(x, int.MinValue, int.MaxValue)), Score(model, features));
        }
    }

    [Fact]
    public void Input_OfFloatsFedWithDoubles_TakesTheNearest()
    {
        using var model = Identity(OnnxModelWriter.Float, out var file);
        using (file)
        {
            double[] values = [0.1, 1 / 3.0, 1e300, -1e300, 1e-300, double.NaN, .. Enumerable.Range(0, Rows - 6).Select(i => i / 7.0)];
            using var features = new FeatureMatrix([FeatureStorage.Float64], Rows) { Rows = Rows };
            values.CopyTo(features.DoubleColumn(0));
            Assert.Equal(values.Select(x => (float)x), Score(model, features));
        }
    }

    private static LoadedModel Identity(int element, out TemporaryModel file)
    {
        file = new TemporaryModel(new OnnxModelWriter().Input("x", element, -1).Node("Identity", "", ["x"], ["y"]).Output("y", element, -1).ToArray());
        return ExecutorFactory.Open(file.Path, ["x"], s_onnx);
    }

    private static float[] Score(LoadedModel model, FeatureMatrix features)
    {
        using var executor = model.CreateExecutor();
        var block = new UnitPredictions(model.Outputs.Count, Rows);
        executor.Score(features, block);
        return model.Outputs.Count == 1 ? block.Column(0).ToArray() : Array.ConvertAll(block.Integers(0), v => (float)v);
    }
}
