using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Onnx;
using BatchEngine.Scorer.Onnx.Sessions;
using BatchEngine.Scorer.Tests.Execution;

namespace BatchEngine.Scorer.Tests.Onnx;

/// <summary>ONNX Runtime where a CUDA device is wanted: the binding that a device needs, and the way back to the processor.</summary>
public sealed class OnnxCudaTests
{
    private static readonly string[] s_abc = ["a", "b", "c"];
    private static readonly ExecutorOptions s_onnx = ExecutorOptions.Default with { Engine = "onnx" };
    private static readonly float[][] s_rows = [.. Enumerable.Range(0, 11).Select(i => new[] { i, i * 0.5f, 3f - i })];

    [Theory]
    [InlineData("linear", 1)]
    [InlineData("linear", 4)]
    [InlineData("linear_double", 4)]
    [InlineData("sigmoid", 100)]
    [InlineData("many_outputs", 4)]
    [InlineData("classes_int", 4)]
    [InlineData("classes_map_int", 4)]
    [InlineData("stump", 4)]
    public void Binding_OfInputsAndOutputs_GivesTheSameBits(string name, int subBatchRows)
    {
        using var reading = ModelReading.Of(Fixture.Path(name), s_onnx);
        using var plain = OnnxModel.Open(reading.File, s_abc, s_onnx with { SubBatchRows = subBatchRows });
        using var bound = OnnxModel.Open(reading.File, s_abc, s_onnx with { SubBatchRows = subBatchRows }, bindsMemory: true);
        var (expected, actual) = (Fixture.Score(plain, s_rows), Fixture.Score(bound, s_rows));
        Assert.Equal(expected.Outputs, actual.Outputs);
        if (plain.GivesConfidence)
            Assert.Equal(expected.Confidence, actual.Confidence);
    }

    [Theory]
    [InlineData(ExecutionDevice.Cuda)]
    [InlineData(ExecutionDevice.Auto)]
    public void Device_WithoutTheProvider_FallsBackWithOneLineAndTheSameNumbers(ExecutionDevice device)
    {
        if (OnnxSession.CudaProblem(0) is null)
            Assert.Skip("NeedsNoGpu: this runtime can use CUDA.");
        using var model = ExecutorFactory.Open(Fixture.Path("sigmoid"), s_abc, s_onnx with { Device = device });
        using var processor = ExecutorFactory.Open(Fixture.Path("sigmoid"), s_abc, s_onnx);
        Assert.Equal("onnx-cpu", model.Name);
        var note = model.DeviceNote!;
        Assert.StartsWith("onnx: this ONNX Runtime cannot use CUDA", note, StringComparison.Ordinal);
        Assert.Contains("cuDNN 9", note, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', note);
        Assert.Equal(Fixture.Score(processor, s_rows).Outputs, Fixture.Score(model, s_rows).Outputs);
        Assert.Null(processor.DeviceNote);
    }

    [Theory]
    [InlineData(false, "-p:OnnxRuntime=Gpu")]
    [InlineData(true, "it is the build flavour for cards")]
    public void NoProvider_InEitherFlavour_AsksForWhatIsMissing(bool hasProvider, string words)
    {
        var said = OnnxSession.NoProvider("no card", hasProvider);
        Assert.Contains(words, said, StringComparison.Ordinal);
        Assert.Contains("(no card)", said, StringComparison.Ordinal);
        Assert.Equal(hasProvider, !said.Contains("-p:OnnxRuntime=Gpu", StringComparison.Ordinal));
    }

    [Fact]
    public void Device_WithTheProvider_AgreesWithTheProcessor()
    {
        if (OnnxSession.CudaProblem(0) is { } problem)
            Assert.Skip($"NeedsGpu: {problem}");
        using var model = ExecutorFactory.Open(Fixture.Path("sigmoid"), s_abc, s_onnx with { Device = ExecutionDevice.Cuda });
        using var processor = ExecutorFactory.Open(Fixture.Path("sigmoid"), s_abc, s_onnx);
        Assert.Equal("onnx-cuda", model.Name);
        var (expected, actual) = (Fixture.Score(processor, s_rows).Outputs, Fixture.Score(model, s_rows).Outputs);
        for (var column = 0; column < expected.Length; column++)
        {
            for (var row = 0; row < s_rows.Length; row++)
                Assert.Equal(expected[column][row], actual[column][row], 1e-5f);
        }
    }

    [Fact]
    public void BrokenFile_OnADevice_IsNamedAsOnTheProcessor()
    {
        var path = Path.Combine(Path.GetTempPath(), $"broken-{Guid.NewGuid():N}.onnx");
        File.WriteAllText(path, "no model");
        try
        {
            Assert.Contains(path, Assert.Throws<BadInputException>(() =>
                ExecutorFactory.Open(path, s_abc, s_onnx with { Device = ExecutionDevice.Cuda })).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
