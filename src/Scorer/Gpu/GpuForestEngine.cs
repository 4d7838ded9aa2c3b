using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Forests;
using BatchEngine.Scorer.Onnx;

namespace BatchEngine.Scorer.Gpu;

/// <summary>Takes the models that <see cref="ForestEngine"/> takes, and runs their trees on a CUDA device by ILGPU. Thread-safe.</summary>
internal sealed class GpuForestEngine(ForestEngine processor) : IModelEngine
{
    /// <summary>What <see cref="ExecutorOptions.Engine"/> calls it.</summary>
    public const string EngineName = "gpu";

    private const int MeasuredRows = 65_536;
    private const int MaxMeasuredFloats = 16_777_216;
    private const int MaxProcessorRows = 4_096;

    /// <inheritdoc/>
    public string Name => EngineName;

    /// <inheritdoc/>
    public bool NeedsDevice => true;

    /// <inheritdoc/>
    public EngineAnswer Open(IReadOnlyList<string> featureNames, ExecutorOptions options)
    {
        if (!CudaDriver.IsPresent())
            return Declined(CudaDriver.Missing);
        return processor.Open(featureNames, options) switch
        {
            EngineAnswer.Opened { Model: LoadedForest forest } => OnCuda(forest, options),
            EngineAnswer.Declined declined => new EngineAnswer.Declined(declined.Refusal with { Engine = EngineName }),
            var other => throw new InvalidOperationException($"the engine of forests answered {other}"),
        };
    }

    /// <summary>Brings a loaded forest onto a device, which the answer owns from then on.</summary>
    /// <param name="processor">The forest on the processor.</param>
    /// <param name="gpu">The device; closed when the answer is no.</param>
    /// <param name="tiles">How rows are cut.</param>
    /// <param name="mustBeFaster">Decline when it is slower than all cores.</param>
    /// <param name="measures">Measure both; a simulated device is not worth it.</param>
    /// <param name="measuredRows">Rows to measure with, at least <see cref="ForestProbe.Rows"/> are taken.</param>
    internal static EngineAnswer On(LoadedForest processor, GpuDevice gpu, DeviceTiles tiles, bool mustBeFaster, bool measures, int measuredRows = MeasuredRows)
    {
        DeviceForest? device = null;
        string? refusal = null;
        try
        {
            (device, refusal) = DeviceForest.Of(processor, gpu, tiles);
            if (device is not null && (refusal = DeviceProbe.Difference(device, processor)) is null)
            {
                var (rates, fromRows) = measures ? Measure(device, processor, measuredRows) : (null, 1);
                if (rates is null || rates.PrefersDevice || !mustBeFaster)
                    return new EngineAnswer.Opened(new GpuForest(gpu, device, processor, fromRows));
                refusal = $"measured {rates}: the processor is faster";
            }
        }
        catch (Exception failure) when (DeviceProbe.IsDeviceFailure(failure))
        {
            refusal = $"{gpu.Name} failed ({failure.Message})";
        }
        device?.Dispose();
        gpu.Dispose();
        return Declined(refusal!);
    }

    private static EngineAnswer.Declined Declined(string reason) => new(new EngineRefusal(EngineName, RefusalCause.Device, reason));

    private static EngineAnswer OnCuda(LoadedForest processor, ExecutorOptions options)
    {
        var (gpu, reason) = GpuDevice.OpenCuda(options.DeviceId, options.DeviceMemoryBytes);
        return gpu is null ? Declined(reason!)
            : On(processor, gpu, DeviceTiles.Default, options.Device == ExecutionDevice.Auto, measures: true);
    }

    // The rates for many rows, and the number of rows from which the launches and transfers of a small batch are paid for.
    private static (DeviceRates Rates, int FromRows) Measure(DeviceForest device, LoadedForest processor, int rows)
    {
        using var few = ForestProbe.Features(processor.Graph, processor.AcceptsMissing);
        using var many = Repeated(few, rows);
        var rates = DeviceRates.Measure(device, processor, many);
        var latency = (few.Rows / DeviceRates.RowsPerSecond(device, few)) - (few.Rows / rates.DeviceRowsPerSecond);
        var gain = (1 / rates.CoreRowsPerSecond) - (1 / rates.DeviceRowsPerSecond);
        return (rates, gain <= 0 ? MaxProcessorRows : (int)Math.Clamp(latency / gain, 1, MaxProcessorRows));
    }

    private static FeatureMatrix Repeated(FeatureMatrix few, int wantedRows)
    {
        var rows = Math.Max(few.Rows, Math.Min(MaxMeasuredFloats / Math.Max(1, few.FeatureCount), wantedRows));
        var many = new FeatureMatrix(few.FeatureCount, rows) { Rows = rows };
        for (var feature = 0; feature < few.FeatureCount; feature++)
        {
            for (var from = 0; from < rows; from += few.Rows)
                few.Column(feature)[..Math.Min(few.Rows, rows - from)].CopyTo(many.Column(feature)[from..]);
        }
        return many;
    }
}
