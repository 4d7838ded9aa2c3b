using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Forests;

namespace BatchEngine.Scorer.Gpu;

/// <summary>
/// A forest on a device and on the processor. Both give the same bits, so small batches, and everything after a failure of the device, go to the processor.
/// Thread-safe.
/// </summary>
internal sealed class GpuForest : LoadedModel
{
    private readonly GpuDevice _gpu;
    private readonly Lock _noting = new();
    private volatile bool _isDeviceLost;

    /// <summary>Takes over both forests and the device.</summary>
    /// <param name="gpu">The device.</param>
    /// <param name="device">The forest on it.</param>
    /// <param name="processor">The same forest on the processor.</param>
    /// <param name="deviceFromRows">Smaller batches are faster on the processor.</param>
    public GpuForest(GpuDevice gpu, DeviceForest device, LoadedForest processor, int deviceFromRows) =>
        (_gpu, Device, Processor, DeviceFromRows, OpenDevice) = (gpu, device, processor, deviceFromRows, device.CreateExecutor);

    /// <inheritdoc/>
    public override string Name => Device.Name;

    /// <inheritdoc/>
    public override bool IsOnDevice => !_isDeviceLost;

    /// <inheritdoc/>
    public override string Arithmetic => Processor.Arithmetic;

    /// <inheritdoc/>
    public override ModelSignature Signature => Processor.Signature;

    /// <inheritdoc/>
    public override IReadOnlyList<string> FeatureNames => Processor.FeatureNames;

    /// <inheritdoc/>
    public override IReadOnlyList<OutputColumn> Outputs => Processor.Outputs;

    /// <inheritdoc/>
    public override bool GivesConfidence => Processor.GivesConfidence;

    /// <inheritdoc/>
    public override IReadOnlyList<AcceptedValues> Accepted => Processor.Accepted;

    /// <inheritdoc/>
    public override int SumCount => Processor.SumCount;

    /// <inheritdoc/>
    public override bool SumsAreOutputs => Processor.SumsAreOutputs;

    /// <summary>Appended trees are few: the processor goes on.</summary>
    public override ISumContinuation ContinueAfter(int firstTrees) => Processor.ContinueAfter(firstTrees);

    /// <summary>The forest on the device.</summary>
    public DeviceForest Device { get; }

    /// <summary>The forest on the processor.</summary>
    public LoadedForest Processor { get; }

    /// <summary>Batches of at least this many rows go to the device.</summary>
    public int DeviceFromRows { get; }

    /// <summary>Makes the executors that use the device.</summary>
    internal Func<IModelExecutor> OpenDevice { get; init; }

    /// <summary>Whether the device failed.</summary>
    public bool IsDeviceLost => _isDeviceLost;

    /// <inheritdoc/>
    public override IModelExecutor CreateExecutor() => new GpuForestExecutor(this);

    /// <summary>Notes that the processor goes on, once for each reason.</summary>
    /// <param name="reason">What happened.</param>
    /// <param name="isLost">The device failed for all workers; else only one found no memory.</param>
    public void GoOnWithProcessor(string reason, bool isLost)
    {
        var note = $"gpu: {reason}; the processor goes on, with the same results";
        lock (_noting)
        {
            _isDeviceLost |= isLost;
            DeviceNote = note;
            if (!Notes.Contains(note, StringComparer.Ordinal))
                Notes = [.. Notes, note];
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        Device.Dispose();
        Processor.Dispose();
        _gpu.Dispose();
    }
}
