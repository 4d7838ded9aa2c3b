using ILGPU;

namespace BatchEngine.Scorer.Gpu;

/// <summary>The features of a <see cref="RankedForest"/> in device memory, as a kernel is given them.</summary>
internal struct FeatureTables
{
    /// <summary><see cref="RankedForest.FeatureSource"/>.</summary>
    public ArrayView<int> Source;

    /// <summary><see cref="RankedForest.StepFrom"/>.</summary>
    public ArrayView<int> StepFrom;

    /// <summary><see cref="RankedForest.Steps"/>.</summary>
    public ArrayView<DeviceStep> Steps;

    /// <summary><see cref="RankedForest.ThresholdFrom"/>.</summary>
    public ArrayView<int> ThresholdFrom;

    /// <summary><see cref="RankedForest.Thresholds"/>.</summary>
    public ArrayView<float> Thresholds;
}
