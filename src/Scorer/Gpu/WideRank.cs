namespace BatchEngine.Scorer.Gpu;

/// <summary>A rank in 16 bits.</summary>
internal readonly struct WideRank(ushort rank) : IDeviceRank<WideRank>
{
    private readonly ushort _rank = rank;

    /// <inheritdoc/>
    public int Value => _rank;

    /// <inheritdoc/>
    public WideRank Of(int rank) => new((ushort)rank);
}
