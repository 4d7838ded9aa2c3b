using System.Buffers;
using System.IO.Hashing;

namespace BatchEngine.Storage.Blobs.Remote;

/// <summary>Gathers what is written into parts, hashes it on the way, and hands over each part that is full. Not thread-safe.</summary>
/// <param name="partBytes">The length of a part.</param>
/// <param name="sendAsync">Takes over a full part, its memory included; waits while too many are under way.</param>
internal sealed class UploadStream(int partBytes, Func<Part, Task> sendAsync) : ForwardStream
{
    private const int FirstBytes = 1 << 16;
    private readonly XxHash3 _hash = new();
    private byte[] _buffer = [];
    private int _count;
    private long _bytes;

    /// <inheritdoc/>
    public override ulong Checksum => _hash.GetCurrentHashAsUInt64();

    /// <inheritdoc/>
    public override long Length => _bytes;

    /// <summary>Takes out what does not fill a part yet; its memory is the caller's.</summary>
    public Part Take()
    {
        var part = new Part(_buffer, _count);
        (_buffer, _count) = ([], 0);
        return part;
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (buffer.Length > 0)
        {
            buffer = buffer[Add(buffer.Span)..];
            if (_count == partBytes)
                await sendAsync(Take()).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            buffer = buffer[Add(buffer)..];
            if (_count == partBytes)
                sendAsync(Take()).GetAwaiter().GetResult();
        }
    }

    private int Add(ReadOnlySpan<byte> bytes)
    {
        var count = Math.Min(bytes.Length, partBytes - _count);
        if (_count + count > _buffer.Length)
            Grow(_count + count);
        bytes[..count].CopyTo(_buffer.AsSpan(_count));
        _hash.Append(bytes[..count]);
        _count += count;
        _bytes += count;
        return count;
    }

    // Most blobs are far smaller than a part: the memory follows what is written.
    private void Grow(int needed)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(partBytes, Math.Max(needed, Math.Max(FirstBytes, _buffer.Length * 2))));
        _buffer.AsSpan(0, _count).CopyTo(larger);
        var (kept, old) = (_count, Take());
        old.Return();
        (_buffer, _count) = (larger, kept);
    }
}
