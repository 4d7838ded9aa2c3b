namespace BatchEngine.TestKit.Blobs;

/// <summary>Breaks like a connection after some bytes.</summary>
public sealed class BreakingStream(Stream inner, int bytes) : PassingStream(inner)
{
    private int _left = bytes;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_left == 0)
            throw new IOException("the connection was reset");
        var count = await base.ReadAsync(buffer[..Math.Min(buffer.Length, _left)], cancellationToken);
        _left -= count;
        return count;
    }
}
