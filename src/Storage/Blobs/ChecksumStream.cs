using System.IO.Hashing;

namespace BatchEngine.Storage.Blobs;

/// <summary>Passes writes on and hashes them on the way. Not thread-safe.</summary>
internal sealed class ChecksumStream(Stream target, string place) : ForwardStream
{
    private readonly XxHash3 _hash = new();
    private long _bytes;

    /// <inheritdoc/>
    public override ulong Checksum => _hash.GetCurrentHashAsUInt64();

    /// <inheritdoc/>
    public override long Length => _bytes;

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

    // A file takes the bytes into the page cache in the time that handing them to another thread would take.
    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }
}
