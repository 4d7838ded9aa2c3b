namespace BatchEngine.Scorer.Inputs.Files;

/// <summary>Bytes of one row group of an object, fetched ahead of the decoder. Read by one thread; dispose it when the row group is done.</summary>
internal interface IHeldBytes : IDisposable
{
    /// <summary>Copies from a position; waits until the bytes are there.</summary>
    /// <returns>Bytes copied; 0 when the position is not one of the row group's.</returns>
    int Read(long position, Span<byte> into);
}
