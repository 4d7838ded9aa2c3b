namespace BatchEngine.TestKit.Blobs;

/// <summary>Gives its first byte, then waits until it is let go on.</summary>
public sealed class WaitingStream(Stream inner, TaskCompletionSource gate) : PassingStream(inner)
{
    private bool _began;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_began)
            await gate.Task.WaitAsync(cancellationToken);
        _began = true;
        return await base.ReadAsync(buffer[..1], cancellationToken);
    }
}
