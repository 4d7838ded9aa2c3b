using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Forests;
using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Gpu;
using BatchEngine.Scorer.Onnx;
using BatchEngine.Scorer.Tests.Forests;
using BatchEngine.Scorer.Tests.Graphs;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Scorer.Tests.Gpu;

/// <summary>Whole models on the simulated device beside the same models on the processor.</summary>
public sealed class GpuForestModelTests : IDisposable
{
    private const long MemoryBytes = 1 << 26;
    private const int Rows = 200;

    private static readonly ForestShape s_shape = new(11, 12, 4, 0.1, 5, 40, false, true, 1, true);
    private static readonly DeviceTiles s_tiles = new(64, 16, 2);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Model_WithTransformsBeforeAndAfter_GivesTheProcessorsBits()
    {
        using var processor = Processor(WithTransforms());
        using var model = OnDevice(processor);
        Assert.Equal("forest-ilgpu-cpu", model.Name);
        Assert.Equal(processor.Arithmetic, model.Arithmetic);
        Assert.NotEmpty(processor.Graph.Before);
        Assert.Empty(model.Device.Graph.Before);
        Same(processor, model, Features());
    }

    [Theory]
    [InlineData(PostTransform.Logistic, 2)]
    [InlineData(PostTransform.Softmax, 3)]
    [InlineData(PostTransform.SoftmaxZero, 3)]
    public void Classifier_WithPostTransform_GivesTheProcessorsBits(object transform, int classes)
    {
        var forest = RandomForests.Make(s_shape with { Targets = classes, OneTargetATree = false }, withSets: false);
        using var processor = Processor(ForestOnnx.Classifier(forest, s_shape.Features, (PostTransform)transform, [], classes, false));
        using var model = OnDevice(processor);
        Assert.True(model.GivesConfidence);
        Same(processor, model, Features());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(129)]
    public void Batch_OfAnySize_GivesTheProcessorsBits(int rows)
    {
        using var processor = Processor(Plain());
        using var model = OnDevice(processor);
        Same(processor, model, Features(rows));
    }

    [Fact]
    public void Features_KeptAsDoublesAndIntegers_AreRoundedAsOnTheProcessor()
    {
        using var processor = Processor(Plain());
        using var model = OnDevice(processor);
        FeatureStorage[] storage = [FeatureStorage.Float32, FeatureStorage.Float64, FeatureStorage.Int64, FeatureStorage.Float32, FeatureStorage.Float32];
        using var features = new FeatureMatrix(storage, Rows) { Rows = Rows };
        var random = new Random(4);
        foreach (var i in new[] { 0, 3, 4 })
            Features().Column(i).CopyTo(features.Column(i));
        for (var row = 0; row < Rows; row++)
        {
            features.DoubleColumn(1)[row] = (random.NextDouble() - 0.5) * 10;
            features.IntegerColumn(2)[row] = random.Next(-5, 5);
            features.Present(2)[row] = (byte)(row % 3 == 0 ? 0 : 1);
        }
        Same(processor, model, features);
    }

    [Fact]
    public void Device_WithoutMemoryForTiles_LeavesBatchesToTheProcessorAndSaysSo()
    {
        using var processor = Processor(Plain());
        using var device = SimulatedDevice.Open(16 << 10);
        var (forest, refusal) = DeviceForest.Of(processor, device, new DeviceTiles(1 << 16, 1 << 16, 1));
        Assert.Null(refusal);
        using var model = new GpuForest(device, forest!, processor, 1);
        Same(processor, model, Features());
        Same(processor, model, Features());
        Assert.Contains("the processor goes on", Assert.Single(model.Notes), StringComparison.Ordinal);
        Assert.Equal(model.Notes[0], model.DeviceNote);
        Assert.False(model.IsDeviceLost);
    }

    [Fact]
    public void Device_ThatFailsHalfWay_LeavesTheBatchAndAllOthersToTheProcessor()
    {
        using var processor = Processor(Plain());
        using var device = SimulatedDevice.Open(MemoryBytes);
        var forest = DeviceForest.Of(processor, device, s_tiles).Forest!;
        var opened = 0;
        using var model = new GpuForest(device, forest, processor, 1)
        {
            OpenDevice = () =>
            { opened++; return new FailingExecutor(forest.CreateExecutor(), goodBatches: 1); }
        };
        using var executor = model.CreateExecutor();
        var (expected, actual) = (Score(processor, Features()), new UnitPredictions(1, Rows));
        for (var batch = 0; batch < 3; batch++)
        {
            Assert.Equal(batch > 1, model.IsDeviceLost);
            executor.Score(Features(), actual);
            Assert.Equal(Bits(expected.Column(0)), Bits(actual.Column(0)));
        }
        Same(processor, model, Features());
        Assert.Equal(1, opened);
        Assert.False(model.IsOnDevice);
        Assert.Equal("gpu: the device failed (the card fell off the bus); the processor goes on, with the same results", model.DeviceNote);
    }

    [Theory]
    [InlineData(8_100_000, true)]
    [InlineData(8_000_000, false)]
    [InlineData(1_000_000, false)]
    public void Device_IsPreferred_WhenItBeatsAllCoresTogether(double rowsPerSecond, bool isPreferred) =>
        Assert.Equal(isPreferred, new DeviceRates(rowsPerSecond, 1_000_000, 8).PrefersDevice);

    [Fact]
    public void Device_WithoutMemoryForTheForest_IsDeclined()
    {
        using var processor = Processor(Plain());
        var answer = GpuForestEngine.On(processor, SimulatedDevice.Open(100), s_tiles, mustBeFaster: false, measures: false);
        Assert.Contains("does not fit", Assert.IsType<EngineAnswer.Declined>(answer).Refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Device_SlowerThanTheProcessor_IsDeclinedWithBothRates_WhenSpeedDecides()
    {
        using var processor = Processor(Plain());
        var answer = GpuForestEngine.On(processor, SimulatedDevice.Open(MemoryBytes), s_tiles, mustBeFaster: true, measures: true, measuredRows: Rows);
        Assert.Contains("rows/s on the device", Assert.IsType<EngineAnswer.Declined>(answer).Refusal.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Batch_SmallerThanTheDeviceIsWorth_StaysOnTheProcessor()
    {
        using var processor = Processor(Plain());
        using var device = SimulatedDevice.Open(MemoryBytes);
        var forest = DeviceForest.Of(processor, device, s_tiles).Forest!;
        using var model = new GpuForest(device, forest, processor, 100);
        using var executor = model.CreateExecutor();
        var block = new UnitPredictions(1, Rows);
        var loaded = device.UsedBytes;
        executor.Score(Features(99), block);
        Assert.Equal(loaded, device.UsedBytes);
        executor.Score(Features(100), block);
        Assert.True(device.UsedBytes > loaded);
    }

    [Fact]
    public void Probe_OfAnotherForest_NamesOutputAndRow()
    {
        using var processor = Processor(Plain());
        using var other = Processor(
            ForestOnnx.Regressor(RandomForests.Make(s_shape with { Seed = 12 }, withSets: false), s_shape.Features, ForestAggregate.Sum, PostTransform.None,
            []));
        using var device = SimulatedDevice.Open(MemoryBytes);
        using var forest = DeviceForest.Of(other, device, s_tiles).Forest!;
        Assert.Contains("'y' of trial row", DeviceProbe.Difference(forest, processor), StringComparison.Ordinal);
        Assert.Null(DeviceProbe.Difference(forest, other));
    }

    [Fact]
    public void Forest_OnADevice_IsNotJoinedToOthers()
    {
        using var processor = Processor(Plain());
        using var device = SimulatedDevice.Open(MemoryBytes);
        using var forest = DeviceForest.Of(processor, device, s_tiles).Forest!;
        Assert.True(JointForest.CanTake(processor));
        Assert.False(JointForest.CanTake(forest));
    }

    [Fact]
    public void Factory_WhoseEngineKnowsNoDevice_SaysSo()
    {
        string[] names = [.. Enumerable.Range(0, s_shape.Features).Select(i => $"f{i}")];
        using var model = ExecutorFactory.Open(Save(Plain()), names, ExecutorOptions.Default with { Engine = "forest", Device = ExecutionDevice.Cuda });
        Assert.Equal("this engine runs on no card; the processor scores", model.DeviceNote);
        Assert.Empty(model.Notes);
    }

    [Fact]
    public void Factory_WithoutADevice_GoesOnWithTheProcessorAndOneNote()
    {
        if (CudaDriver.IsPresent())
            Assert.Skip("NeedsNoGpu: there is a CUDA driver on this machine.");
        var path = Save(Plain());
        string[] names = [.. Enumerable.Range(0, s_shape.Features).Select(i => $"f{i}")];
        using var model = ExecutorFactory.Open(path, names, ExecutorOptions.Default with { Device = ExecutionDevice.Cuda });
        Assert.StartsWith("forest-", model.Name, StringComparison.Ordinal);
        Assert.Equal("gpu: there is no CUDA driver on this machine", Assert.Single(model.Notes));
        Assert.Equal("gpu: there is no CUDA driver on this machine; the processor scores", model.DeviceNote);
        using var quiet = ExecutorFactory.Open(path, names);
        Assert.Empty(quiet.Notes);
        Assert.Null(quiet.DeviceNote);
        var failure = Assert.Throws<Domain.BadInputException>(() => ExecutorFactory.Open(path, names, ExecutorOptions.Default with { Engine = "gpu" }));
        Assert.Contains("no CUDA driver", failure.Message, StringComparison.Ordinal);
    }

    private static byte[] Plain() =>
        ForestOnnx.Regressor(RandomForests.Make(s_shape, withSets: false), s_shape.Features, ForestAggregate.Average, PostTransform.None, [0.5f]);

    private static byte[] WithTransforms()
    {
        var forest = RandomForests.Make(s_shape, withSets: false);
        OnnxBytes[] attributes = [.. ForestOnnx.Nodes(forest), .. ForestOnnx.Weights(forest, "target"), OnnxModelWriter.OneInt("n_targets", 1)];
        const string ml = "ai.onnx.ml";
        return new OnnxModelWriter().Input("x", OnnxModelWriter.Float, -1, s_shape.Features)
            .Constant("two", [2f], 1).Constant("third", [3f, 1f, 7f, 3f, 3f], s_shape.Features)
                .Constant("shift", [0.1f, -0.1f, 0.3f, 0.7f, 1e-3f], s_shape.Features).Constant("one", [1f], 1)
            .Node("Imputer", ml, ["x"], ["a"], OnnxModelWriter.Floats("imputed_value_floats", [0.5f]),
                OnnxModelWriter.OneFloat("replaced_value_float", float.NaN))
            .Node("Scaler", ml, ["a"], ["b"], OnnxModelWriter.Floats("offset", [0.1f, 0.2f, 0.3f, -0.4f, 0.5f]),
                OnnxModelWriter.Floats("scale", [1.1f, 0.9f, 1.3f, 0.7f, 3f]))
            .Node("Imputer", ml, ["b"], ["c"], OnnxModelWriter.Floats("imputed_value_floats", [0.25f]), OnnxModelWriter.OneFloat("replaced_value_float", 0))
            .Node("Mul", "", ["c", "two"], ["d"]).Node("Add", "", ["d", "shift"], ["e"]).Node("Div", "", ["e", "third"], ["f"])
                .Node("Sub", "", ["one", "f"], ["g"])
            .Node("TreeEnsembleRegressor", ml, ["g"], ["s"], attributes).Node("Sigmoid", "", ["s"], ["p"]).Output("p", OnnxModelWriter.Float, -1, 1).ToArray();
    }

    private static FeatureMatrix Features(int rows = Rows)
    {
        var columns = RandomForests.Rows(s_shape, rows);
        var features = new FeatureMatrix(s_shape.Features, rows) { Rows = rows };
        for (var i = 0; i < columns.Length; i++)
            columns[i].CopyTo(features.Column(i));
        return features;
    }

    private static void Same(LoadedModel processor, LoadedModel device, FeatureMatrix features)
    {
        var (expected, actual) = (Score(processor, features), Score(device, features));
        for (var column = 0; column < expected.OutputCount; column++)
            Assert.Equal(Bits(expected.Column(column)), Bits(actual.Column(column)));
        if (processor.GivesConfidence)
            Assert.Equal(Bits(expected.Confidence), Bits(actual.Confidence));
    }

    private static int[] Bits(ReadOnlySpan<float> values) => System.Runtime.InteropServices.MemoryMarshal.Cast<float, int>(values).ToArray();

    private static UnitPredictions Score(LoadedModel model, FeatureMatrix features)
    {
        using var executor = model.CreateExecutor();
        var block = new UnitPredictions(executor.Model.Outputs.Count, features.Rows);
        executor.Score(features, block);
        return block;
    }

    private static GpuForest OnDevice(LoadedForest processor) =>
        (GpuForest)Assert.IsType<EngineAnswer.Opened>(
            GpuForestEngine.On(processor, SimulatedDevice.Open(MemoryBytes), s_tiles, mustBeFaster: false, measures: false)).Model;

    private LoadedForest Processor(byte[] model)
    {
        using var reading = ModelReading.Of(Save(model), ExecutorOptions.Default);
        var answer = reading.Forests.Open([.. Enumerable.Range(0, s_shape.Features).Select(i => $"f{i}")], ExecutorOptions.Default);
        return (LoadedForest)(answer as EngineAnswer.Opened ?? throw new InvalidOperationException(((EngineAnswer.Declined)answer).Refusal.Reason)).Model;
    }

    private string Save(byte[] model)
    {
        var path = Path.Combine(_folder.Path, $"{Guid.NewGuid():N}.onnx");
        File.WriteAllBytes(path, model);
        return path;
    }
}
