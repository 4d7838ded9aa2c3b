namespace BatchEngine.Scorer.Gpu;

/// <summary>One of the two ways through the device: its own stream and buffers, one tile under way at a time. Not thread-safe.</summary>
internal unsafe interface ITileLane : IDisposable
{
    /// <summary>Copies a tile into pinned memory and starts upload, kernels and download; returns at once.</summary>
    /// <param name="columns">The address of each uploaded column's first row, in the order of <see cref="RankedForest.Sources"/>.</param>
    /// <param name="from">The first row.</param>
    /// <param name="rows">Rows of the tile.</param>
    void Start(float** columns, int from, int rows);

    /// <summary>Waits for the tile under way and copies its sums out; nothing when there is none.</summary>
    /// <param name="sums">Receives target after target.</param>
    /// <param name="stride">Floats from one target to the next.</param>
    void Finish(float* sums, int stride);
}
