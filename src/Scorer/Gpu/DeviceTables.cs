using BatchEngine.Scorer.Forests.Model;
using ILGPU;

namespace BatchEngine.Scorer.Gpu;

/// <summary>A forest in device memory with its compiled kernels, shared by all workers. Thread-safe.</summary>
internal sealed class DeviceTables : IDisposable
{
    private readonly List<Action> _frees = [];

    /// <summary>Uploads a forest.</summary>
    /// <exception cref="DeviceMemoryException">It does not fit.</exception>
    public DeviceTables(GpuDevice device, RankedForest forest)
    {
        (Device, Forest) = (device, forest);
        device.Accelerator.Bind();
        try
        {
            Features = new FeatureTables
            {
                Source = Upload(forest.FeatureSource),
                StepFrom = Upload(forest.StepFrom),
                Steps = Upload(forest.Steps),
                ThresholdFrom = Upload(forest.ThresholdFrom),
                Thresholds = Upload(forest.Thresholds),
            };
            var needsLists = forest.TreeTarget.Contains(-1);
            Trees = new TreeTables
            {
                Nodes = Upload(forest.Nodes),
                TreeFrom = Upload(forest.TreeFrom),
                TreeTarget = Upload(forest.TreeTarget),
                StageFrom = Upload(forest.StageFrom),
                LeafFrom = Upload(needsLists ? forest.Model.LeafFrom : []),
                LeafTargets = Upload(needsLists ? forest.Model.LeafTargets : []),
                LeafWeights = Upload(needsLists ? forest.Model.LeafWeights : []),
                StageCount = forest.StageCount,
                TargetCount = forest.Model.TargetCount,
                Aggregate = forest.Model.Aggregate switch { ForestAggregate.Min => -1, ForestAggregate.Max => 1, _ => 0 },
            };
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where it is.</summary>
    public GpuDevice Device { get; }

    /// <summary>What it is.</summary>
    public RankedForest Forest { get; }

    /// <summary>The features' part.</summary>
    public FeatureTables Features { get; }

    /// <summary>The trees' part.</summary>
    public TreeTables Trees { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var free in _frees)
            free();
        _frees.Clear();
    }

    private ArrayView<T> Upload<T>(T[] values)
        where T : unmanaged
    {
        var buffer = Device.Upload(values);
        _frees.Add(() => Device.Free(buffer));
        return buffer.View.AsContiguous();
    }
}
