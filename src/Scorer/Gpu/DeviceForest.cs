using BatchEngine.Scorer.Forests;
using BatchEngine.Scorer.Forests.Walks;


namespace BatchEngine.Scorer.Gpu;

/// <summary>A loaded forest whose trees, and what exact arithmetic stands before them, run on a device. Thread-safe; dispose it after its executors.</summary>
internal sealed class DeviceForest : LoadedForest
{
    private readonly DeviceTables _tables;
    private readonly DeviceTiles _tiles;

    private DeviceForest(LoadedForest processor, DeviceGraph graph, DeviceTables tables, DeviceTiles tiles)
        : base(processor, graph.Host, $"forest-ilgpu-{tables.Device.Kind}") => (_tables, _tiles) = (tables, tiles);

    /// <inheritdoc/>
    public override int BlockFromRows => 0;

    /// <inheritdoc/>
    public override int ChunkRows => _tiles.TilesPerChunk * _tiles.Rows;

    /// <inheritdoc/>
    public override bool CanJoin => false;

    /// <summary>Brings a forest onto a device, or says in a sentence why it stays on the processor.</summary>
    public static (DeviceForest? Forest, string? Refusal) Of(LoadedForest processor, GpuDevice device, DeviceTiles tiles)
    {
        var graph = DeviceGraph.Of(processor.Graph);
        var (ranked, refusal) = RankedForestBuilder.Build(processor.Graph.Forest.Model, processor.Walk, graph.Chains);
        if (ranked is null)
            return (null, refusal);
        try
        {
            return (new DeviceForest(processor, graph, new DeviceTables(device, ranked), tiles), null);
        }
        catch (DeviceMemoryException failure)
        {
            return (null, $"the forest does not fit: {failure.Message}");
        }
    }

    /// <inheritdoc/>
    public override ForestKernel CreateBlock() => new GpuForestKernel(_tables, _tiles.Rows, _tiles.MinRows);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _tables.Dispose();
    }
}
