using System.IO.Hashing;

namespace BatchEngine.Storage.Blobs;

/// <summary>Passes writes on and hashes them on the way, so that a checksum costs no second pass. Forward only; not thread-safe.</summary>
internal sealed class ChecksumStream(Stream target, string place) : Stream
{
    private readonly XxHash3 _hash = new();
    private long _bytes;

    /// <summary>The checksum of everything written.</summary>
    public ulong Checksum => _hash.GetCurrentHashAsUInt64();

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => _bytes;

    /// <inheritdoc/>
    public override long Position
    {
        get => _bytes;
        set => throw new NotSupportedException("A blob is written front to back.");
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            target.Write(buffer);
        }
        catch (Exception e) when (BlobFailures.IsOne(e))
        {
            throw BlobFailures.Explain(place, e);
        }
        _hash.Append(buffer);
        _bytes += buffer.Length;
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    // A file takes the bytes into the page cache in the time that handing them to another thread would take.
    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    /// <summary>Does nothing: the bytes become durable when the writer commits.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A blob being written cannot be read.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A blob is written front to back.");

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("A blob is written front to back.");
}
