using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;
using ILGPU.Runtime;

namespace BatchEngine.Scorer.Tests.Gpu;

/// <summary>A device that works for some batches, then spoils one and fails.</summary>
internal sealed class FailingExecutor(IModelExecutor inner, int goodBatches) : IModelExecutor
{
    private int _batches;

    public LoadedModel Model => inner.Model;

    public void Score(FeatureMatrix features, UnitPredictions block)
    {
        inner.Score(features, block);
        if (_batches++ < goodBatches)
            return;
        block.Column(0)[..(block.Rows / 2)].Fill(float.NaN);
        throw new DeviceFailure();
    }

    public void Dispose() => inner.Dispose();

    private sealed class DeviceFailure() : AcceleratorException("the card fell off the bus")
    {
        public override AcceleratorType AcceleratorType => AcceleratorType.Cuda;
    }
}
