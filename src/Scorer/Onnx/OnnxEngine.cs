using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Onnx.Sessions;
using Microsoft.ML.OnnxRuntime;

namespace BatchEngine.Scorer.Onnx;

/// <summary>ONNX Runtime: takes every valid model, on a CUDA device when one is wanted and can be used, else on the processor. Thread-safe.</summary>
internal sealed class OnnxEngine(ModelFile file) : IModelEngine
{
    /// <summary>What <see cref="ExecutorOptions.Engine"/> calls it.</summary>
    public const string EngineName = "onnx";

    private const int MeasuredRows = 16_384;
    private const int MaxMeasuredFloats = 4_194_304;

    /// <inheritdoc/>
    public string Name => EngineName;

    /// <inheritdoc/>
    public bool NeedsDevice => false;

    /// <inheritdoc/>
    public EngineAnswer Open(IReadOnlyList<string> featureNames, ExecutorOptions options)
    {
        if (options.Device == ExecutionDevice.Cpu)
            return new EngineAnswer.Opened(OnnxModel.Open(file, featureNames, options));
        var (cuda, reason) = OnnxModel.OpenOnCuda(file, featureNames, options);
        if (cuda is not null && options.Device == ExecutionDevice.Cuda)
            return new EngineAnswer.Opened(cuda);
        OnnxModel processor;
        try
        {
            processor = OnnxModel.Open(file, featureNames, options);
        }
        catch
        {
            cuda?.Dispose();
            throw;
        }
        if (cuda is not null)
        {
            reason = WhyNot(cuda, processor, options.DeviceId);
            if (reason is null)
            {
                processor.Dispose();
                return new EngineAnswer.Opened(cuda);
            }
            cuda.Dispose();
        }
        return new EngineAnswer.Opened(processor, new EngineRefusal(EngineName, RefusalCause.Device, reason!));
    }

    // Why the processor is to be preferred; null means that the device is faster.
    private static string? WhyNot(OnnxModel cuda, OnnxModel processor, int deviceId)
    {
        try
        {
            var rates = Measure(cuda, processor);
            return rates.PrefersDevice ? null : $"measured {rates}: the processor is faster";
        }
        catch (BadInputException failure) when (failure.InnerException is OnnxRuntimeException)
        {
            return OnnxSession.CudaRefusal(deviceId, failure.InnerException);
        }
    }

    // Rows of zeros, in one batch that the model's width keeps within 16 MB.
    private static DeviceRates Measure(OnnxModel cuda, OnnxModel processor)
    {
        var features = Math.Max(1, processor.FeatureNames.Count);
        var rows = Math.Clamp(MaxMeasuredFloats / features, 1, MeasuredRows);
        using var zeros = new FeatureMatrix(processor.FeatureNames.Count, rows) { Rows = rows };
        return DeviceRates.Measure(cuda, processor, zeros);
    }
}
