namespace BatchEngine.Scorer.Gpu;

/// <summary>How rows are cut for a device.</summary>
/// <param name="Rows">Rows of a tile.</param>
/// <param name="MinRows">Tiles are halved for want of memory, but not below this.</param>
/// <param name="TilesPerChunk">Tiles that go through the two lanes before the processor finishes their scores.</param>
internal sealed record DeviceTiles(int Rows, int MinRows, int TilesPerChunk)
{
    /// <summary>For a real device. 50 columns of a tile are 3 MB, which a bus moves at full speed, and the few launches of a tile cost under 2 ns a
    /// row.</summary>
    public static DeviceTiles Default { get; } = new(16_384, 2_048, 4);
}
