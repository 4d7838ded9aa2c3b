namespace BatchEngine.TestKit.Blobs;

/// <summary>Reads in small pieces, each after a pause.</summary>
public sealed class SlowStream(Stream inner, TimeSpan pause) : PassingStream(inner)
{
    private const int PieceBytes = 16_384;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await Task.Delay(pause, cancellationToken);
        return await base.ReadAsync(buffer[..Math.Min(buffer.Length, PieceBytes)], cancellationToken);
    }
}
