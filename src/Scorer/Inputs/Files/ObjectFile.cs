
namespace BatchEngine.Scorer.Inputs.Files;

/// <summary>An object as the native reader sees it: a file whose footer is at hand, and whose column chunks are fetched before they are read. Used by one
/// thread.</summary>
internal sealed class ObjectFile : Stream
{
    /// <summary>The most bytes of a row group that are held whole: two of them, one that is read and one ahead.</summary>
    private const long MaxGroupBytes = 32 << 20;

    private const int PartBytes = 128 << 10;
    private const int MinWindowBytes = 64 << 10;
    private const int MaxWindowBytes = 8 << 20;
    private const int RequestsAtOnce = 8;

    private readonly ObjectReads _reads;
    private readonly ObjectTail _tail;
    private readonly SemaphoreSlim _turns = new(RequestsAtOnce);
    private IHeldBytes? _held;
    private (int Group, IHeldBytes Bytes)? _ahead;
    private bool _isOpen;

    /// <summary>Takes an object of which the footer is known.</summary>
    public ObjectFile(ObjectReads reads, ObjectTail tail) => (_reads, _tail) = (reads, tail);

    /// <summary>The most bytes that a reader of so many columns holds.</summary>
    public static long MostHeld(int columns) => Math.Max(2 * MaxGroupBytes, MaxGroupBytes + (2L * MinWindowBytes * columns));

    /// <summary>Its name, for messages.</summary>
    public string Path => _reads.Path;

    /// <summary>What the footer says; null means that only the native reader may understand it.</summary>
    public ParquetFooter? Facts => _tail.Facts;

    /// <summary>Why a read failed, before the native reader made its own words of it.</summary>
    public Exception? Failure { get; private set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => _reads.Bytes;

    /// <inheritdoc/>
    public override long Position { get; set; }

    /// <summary>The native reader has the footer: from now on every byte that is asked for is fetched.</summary>
    public void Opened() => _isOpen = true;

    /// <summary>Starts fetching what will be read of a row group, while another one is being read.</summary>
    /// <param name="group">The row group.</param>
    /// <param name="columns">The columns of the file.</param>
    public void ReadAhead(int group, IEnumerable<int> columns)
    {
        if (_ahead?.Group == group || ChunksOf(group, columns) is not { } chunks || chunks.Sum(c => c.Length) > MaxGroupBytes)
            return;
        _ahead?.Bytes.Dispose();
        _ahead = (group, new WholeChunks(_reads, chunks, _turns));
    }

    /// <summary>Makes ready what will be read of a row group, in place of the one before.</summary>
    /// <param name="group">The row group.</param>
    /// <param name="columns">The columns of the file.</param>
    /// <param name="inParts">Whether only some of the rows will be read.</param>
    public void Hold(int group, IEnumerable<int> columns, bool inParts)
    {
        _held?.Dispose();
        _held = null;
        if (ChunksOf(group, columns) is not { } chunks)
            return;
        var bytes = chunks.Sum(c => c.Length);
        if (_ahead is { } ahead)
        {
            _ahead = null;
            if (ahead.Group == group)
                _held = ahead.Bytes;
            else
                ahead.Bytes.Dispose();
        }
        if (!inParts)
            _reads.Tally.Needed(bytes);
        _held ??= inParts ? new ChunkWindows(_reads, chunks, PartBytes, isReadOn: false, _turns)
            : bytes <= MaxGroupBytes ? new WholeChunks(_reads, chunks, _turns)
            : new ChunkWindows(_reads, chunks, (int)Math.Clamp(MaxGroupBytes / 2 / chunks.Length, MinWindowBytes, MaxWindowBytes), isReadOn: true, _turns);
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        try
        {
            var wanted = (int)Math.Clamp(Length - Position, 0, buffer.Length);
            for (var done = 0; done < wanted;)
            {
                var count = ReadOnce(buffer[done..wanted]);
                done += count;
                Position += count;
            }
            return wanted;
        }
        catch (Exception failure)
        {
            Failure ??= failure;
            throw;
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => Position = offset + (origin == SeekOrigin.Begin ? 0
        : origin == SeekOrigin.Current ? Position : Length);

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing)
            return;
        _held?.Dispose();
        _ahead?.Bytes.Dispose();
        (_held, _ahead) = (null, null);
    }

    // A footer may name places that the file does not have: the native reader is left to say so.
    private ByteRange[]? ChunksOf(int group, IEnumerable<int> columns)
    {
        if (Facts is not { } facts || group >= facts.Groups.Count)
            return null;
        ByteRange[] chunks = [.. columns.Distinct().Where(c => c < facts.Columns).Select(c => facts.ChunkOf(group, c))];
        return chunks.All(c => c.End <= Length) ? chunks : null;
    }

    private int ReadOnce(Span<byte> into)
    {
        var footerFrom = Length - _tail.Footer.Length;
        if (Position >= footerFrom)
        {
            var rest = _tail.Footer.Span[(int)(Position - footerFrom)..];
            var count = Math.Min(rest.Length, into.Length);
            rest[..count].CopyTo(into);
            return count;
        }
        into = into[..(int)Math.Min(into.Length, footerFrom - Position)];
        if (!_isOpen)
        {
            // The native reader takes the last 64 KiB in one piece, and looks at nothing in front of the footer.
            into.Clear();
            return into.Length;
        }
        if (_held?.Read(Position, into) is > 0 and var held)
            return held;
        var bytes = new byte[into.Length];
        var from = Position;
        Task.Run(() => _reads.FetchAsync(from, bytes, CancellationToken.None)).GetAwaiter().GetResult();
        bytes.CopyTo(into);
        return into.Length;
    }
}
