namespace BatchEngine.Scorer.Forests.Walks;

/// <summary>One way of adding up a forest's leaf values, bit for bit like <see cref="ReferenceKernel"/>. Not thread-safe: one per worker.</summary>
internal abstract unsafe class ForestKernel : IDisposable
{
    /// <summary>Rows that are scored at once as bits: a cache line of them.</summary>
    public const int SliceRows = 512;

    /// <summary>The stable name, one of <see cref="KernelNames"/>.</summary>
    public abstract string Name { get; }

    /// <summary>Adds up (or takes the least or largest of) the leaf values, tree after tree from 0, in 32-bit floats. Base values and transforms come
    /// later.</summary>
    /// <param name="columns">The address of each feature's first row.</param>
    /// <param name="rows">Rows, at least 1.</param>
    /// <param name="sums">Receives target after target.</param>
    /// <param name="stride">Floats from one target to the next, at least <paramref name="rows"/>.</param>
    public abstract void Sum(float** columns, int rows, float* sums, int stride);

    /// <summary>Only ranks the values among the thresholds, to be measured alone.</summary>
    /// <returns>False when this kernel compares without ranking.</returns>
    public virtual bool Rank(float** columns, int rows) => false;

    /// <summary>Frees the kernel's buffers.</summary>
    public virtual void Dispose()
    {
    }
}
