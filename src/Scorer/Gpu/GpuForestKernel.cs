using BatchEngine.Scorer.Forests.Walks;


namespace BatchEngine.Scorer.Gpu;

/// <summary>The forest on a device: tiles of rows through two lanes, so that one tile is copied while the other is computed. Not thread-safe: one per
/// worker.</summary>
internal sealed unsafe class GpuForestKernel : ForestKernel
{
    private readonly DeviceTables _tables;
    private readonly int[] _sourceOfInput;
    private readonly ITileLane[] _lanes;
    private readonly int _minTileRows;

    /// <summary>Allocates both lanes, with smaller tiles when memory is short.</summary>
    /// <param name="tables">The forest.</param>
    /// <param name="tileRows">Rows of a tile; halved until both lanes fit, down to <paramref name="minTileRows"/>; smaller batches are cut in two, down to
    /// the same.</param>
    /// <param name="minTileRows">Below this a device is not worth its launches.</param>
    /// <exception cref="DeviceMemoryException">Not even the smallest tile fits.</exception>
    public GpuForestKernel(DeviceTables tables, int tileRows, int minTileRows)
    {
        (_tables, _minTileRows) = (tables, minTileRows);
        tables.Device.Accelerator.Bind();
        (_lanes, TileRows) = Lanes(tables, tileRows, minTileRows);
        _sourceOfInput = tables.Forest.Sources;
    }

    /// <inheritdoc/>
    public override string Name => $"ilgpu-{_tables.Device.Kind}";

    /// <summary>The most rows of a tile.</summary>
    public int TileRows { get; }

    /// <summary>Adds up the leaf values; see <see cref="ForestKernel.Sum"/>.</summary>
    /// <param name="columns">The address of each column that <see cref="RankedForest.Sources"/> may name.</param>
    /// <param name="rows">Rows, at least 1.</param>
    /// <param name="sums">Receives target after target.</param>
    /// <param name="stride">Floats from one target to the next.</param>
    public override void Sum(float** columns, int rows, float* sums, int stride)
    {
        // A CUDA context belongs to a thread until another is bound, and workers move between threads.
        _tables.Device.Accelerator.Bind();
        var sources = stackalloc float*[_sourceOfInput.Length];
        for (var i = 0; i < _sourceOfInput.Length; i++)
            sources[i] = columns[_sourceOfInput[i]];
        var lane = 0;
        var tileRows = TileRowsOf(rows);
        for (var from = 0; from < rows; from += tileRows, lane ^= 1)
        {
            _lanes[lane].Finish(sums, stride);
            _lanes[lane].Start(sources, from, Math.Min(tileRows, rows - from));
        }
        _lanes[lane].Finish(sums, stride);
        _lanes[lane ^ 1].Finish(sums, stride);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _tables.Device.Accelerator.Bind();
        foreach (var lane in _lanes)
            lane.Dispose();
    }

    // A batch that fits one tile is still cut in two, so that both lanes work; whole groups, and not below what launches cost.
    private int TileRowsOf(int rows)
    {
        var group = _tables.Device.GroupRows;
        var half = ((rows + 1) / 2 + group - 1) / group * group;
        return Math.Min(TileRows, Math.Max(half, _minTileRows));
    }

    private static (ITileLane[] Lanes, int TileRows) Lanes(DeviceTables tables, int tileRows, int minTileRows)
    {
        for (; ; tileRows /= 2)
        {
            ITileLane? first = null;
            try
            {
                first = Lane(tables, tileRows);
                return ([first, Lane(tables, tileRows)], tileRows);
            }
            catch (DeviceMemoryException) when (tileRows / 2 >= minTileRows)
            {
                first?.Dispose();
            }
            catch
            {
                first?.Dispose();
                throw;
            }
        }
    }

    private static ITileLane Lane(DeviceTables tables, int tileRows) =>
        tables.Forest.HasWideRanks ? new TileLane<WideRank>(tables, tileRows) : new TileLane<ByteRank>(tables, tileRows);
}
