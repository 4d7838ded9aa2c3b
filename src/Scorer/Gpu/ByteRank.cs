namespace BatchEngine.Scorer.Gpu;

/// <summary>A rank in 8 bits.</summary>
internal readonly struct ByteRank(byte rank) : IDeviceRank<ByteRank>
{
    private readonly byte _rank = rank;

    /// <inheritdoc/>
    public int Value => _rank;

    /// <inheritdoc/>
    public ByteRank Of(int rank) => new((byte)rank);
}
