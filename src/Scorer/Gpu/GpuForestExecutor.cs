using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;
using ILGPU.Runtime;

namespace BatchEngine.Scorer.Gpu;

/// <summary>Sends a batch to the device, or to the processor when it is small or the device fails. Not thread-safe.</summary>
internal sealed class GpuForestExecutor(GpuForest model) : IModelExecutor
{
    private IModelExecutor? _device;
    private IModelExecutor? _processor;
    private bool _staysOnProcessor;

    /// <inheritdoc/>
    public LoadedModel Model => model;

    /// <inheritdoc/>
    public void Score(FeatureMatrix features, UnitPredictions block)
    {
        if (features.Rows >= model.DeviceFromRows && !_staysOnProcessor && !model.IsDeviceLost && ScoredOnDevice(features, block))
            return;
        // A batch that the device left half done is scored again from its first row.
        (_processor ??= model.Processor.CreateExecutor()).Score(features, block);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        LeaveDevice();
        _processor?.Dispose();
    }

    private bool ScoredOnDevice(FeatureMatrix features, UnitPredictions block)
    {
        try
        {
            (_device ??= model.OpenDevice()).Score(features, block);
            return true;
        }
        catch (DeviceMemoryException failure)
        {
            model.GoOnWithProcessor(failure.Message, isLost: false);
        }
        catch (AcceleratorException failure)
        {
            model.GoOnWithProcessor($"the device failed ({failure.Message})", isLost: true);
        }
        _staysOnProcessor = true;
        LeaveDevice();
        return false;
    }

    private void LeaveDevice()
    {
        try
        {
            _device?.Dispose();
        }
        catch (AcceleratorException)
        {
            // A device that failed may refuse to free as well; its memory goes with its context.
        }
        _device = null;
    }
}
