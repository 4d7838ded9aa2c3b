namespace BatchEngine.Storage.Blobs;

/// <summary>What a blob is written through: front to back, never read, hashed on the way so that a checksum costs no second pass. Not thread-safe.</summary>
internal abstract class ForwardStream : Stream
{
    private const string OneWay = "A blob is written front to back.";

    /// <summary>The checksum of everything written.</summary>
    public abstract ulong Checksum { get; }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Position
    {
        get => Length;
        set => throw new NotSupportedException(OneWay);
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Does nothing: the bytes become durable when the writer commits.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A blob being written cannot be read.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException(OneWay);

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException(OneWay);
}
