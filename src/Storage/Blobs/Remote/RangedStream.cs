using System.Buffers;
using System.IO.Hashing;
using BatchEngine.Domain;

namespace BatchEngine.Storage.Blobs.Remote;

/// <summary>An object as a stream that can seek: each request fetches a window, small after a jump and larger the longer the reader goes straight on, and the
/// next
/// window comes while this one is read. Not thread-safe.</summary>
/// <remarks>Holds two windows at most. A reader that asks for much at once gets it into its own memory. Who reads from the first byte to the last without a
/// jump
/// has the whole compared with the checksum that the writer noted.</remarks>
/// <param name="container">Where it lies.</param>
/// <param name="facts">The object as it was when it was opened.</param>
internal sealed class RangedStream(IObjectContainer container, ObjectFacts facts) : Stream
{
    private const int LeastWindow = 1 << 18;
    private const int MostWindow = 4 << 20;
    private const int ReadsAheadFrom = 1 << 20;
    private const int MostAtOnce = 16 << 20;
    private readonly CancellationTokenSource _closing = new();
    private readonly XxHash3? _hash = facts.Checksum is null ? null : new XxHash3();
    private Window _window = Window.None;
    private (Window Window, Task Filled)? _ahead;
    private long _position;
    private long _hashed;
    private int _size = LeastWindow / 2;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => facts.Bytes;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => _position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A position is not negative.");
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
        var wanted = (int)Math.Min(Math.Min(buffer.Length, MostAtOnce), facts.Bytes - _position);
        if (wanted <= 0)
            return 0;
        if (!_window.Holds(_position))
        {
            if (wanted >= MostWindow && _ahead is null)
            {
                await container.ReadAsync(facts, _position, buffer[..wanted], cancellationToken).ConfigureAwait(false);
                return Took(buffer.Span[..wanted]);
            }
            await FetchAsync(cancellationToken).ConfigureAwait(false);
        }
        var count = _window.CopyTo(_position, buffer.Span[..wanted]);
        return Took(buffer.Span[..count]);
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var copy = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length, MostAtOnce));
        try
        {
            var count = Read(copy, 0, Math.Min(buffer.Length, copy.Length));
            copy.AsSpan(0, count).CopyTo(buffer);
            return count;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        var reading = ReadAsync(buffer.AsMemory(offset, count));
        return reading.IsCompletedSuccessfully ? reading.Result : reading.AsTask().GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => _position,
        _ => facts.Bytes,
    };

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("A blob is only read here.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A blob is only read here.");

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_closing.IsCancellationRequested)
        {
            _closing.Cancel();
            GiveUpAhead();
            _window.Return();
            _window = Window.None;
        }
        base.Dispose(disposing);
    }

    private async Task FetchAsync(CancellationToken ct)
    {
        if (_ahead is { } ahead && ahead.Window.Holds(_position))
        {
            await ahead.Filled.WaitAsync(ct).ConfigureAwait(false);
            _ahead = null;
            _window.Return();
            _window = ahead.Window;
        }
        else
        {
            GiveUpAhead();
            _size = _position == _window.ToExclusive ? Math.Min(_size * 2, MostWindow) : LeastWindow;
            var next = Window.Rent(_position, (int)Math.Min(_size, facts.Bytes - _position));
            try
            {
                await container.ReadAsync(facts, next.From, next.Memory, ct).ConfigureAwait(false);
            }
            catch
            {
                next.Return();
                throw;
            }
            _window.Return();
            _window = next;
        }
        if (_size >= ReadsAheadFrom && _window.ToExclusive < facts.Bytes)
        {
            _size = Math.Min(_size * 2, MostWindow);
            var next = Window.Rent(_window.ToExclusive, (int)Math.Min(_size, facts.Bytes - _window.ToExclusive));
            _ahead = (next, container.ReadAsync(facts, next.From, next.Memory, _closing.Token));
        }
    }

    // The request may still be writing into the memory: it goes back to the pool when the request has ended.
    private void GiveUpAhead()
    {
        if (_ahead is not { } ahead)
            return;
        _ahead = null;
        _ = ahead.Filled.ContinueWith(filled =>
        {
            _ = filled.Exception; // Nobody waits for these bytes any more.
            ahead.Window.Return();
        }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private int Took(ReadOnlySpan<byte> bytes)
    {
        if (_hash is not null && _hashed == _position)
        {
            _hash.Append(bytes);
            _hashed += bytes.Length;
            if (_hashed == facts.Bytes && _hash.GetCurrentHashAsUInt64() is var seen && seen != facts.Checksum)
                throw new CorruptDataException($"{container.Place}/{facts.Key}", $"checksum {seen:x16}", $"{facts.Checksum:x16}");
        }
        _position += bytes.Length;
        return bytes.Length;
    }

    private readonly record struct Window(long From, int Bytes, byte[]? Buffer)
    {
        public static Window None => new(0, 0, null);

        public long ToExclusive => From + Bytes;

        public Memory<byte> Memory => Buffer.AsMemory(0, Bytes);

        public static Window Rent(long from, int bytes) => new(from, bytes, ArrayPool<byte>.Shared.Rent(bytes));

        public bool Holds(long position) => position >= From && position < ToExclusive;

        public int CopyTo(long position, Span<byte> target)
        {
            var count = (int)Math.Min(target.Length, ToExclusive - position);
            Buffer.AsSpan((int)(position - From), count).CopyTo(target);
            return count;
        }

        public void Return()
        {
            if (Buffer is not null)
                ArrayPool<byte>.Shared.Return(Buffer);
        }
    }
}
