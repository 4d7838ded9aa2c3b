namespace BatchEngine.Scorer.Inputs.Files;

/// <summary>The column chunks of a row group that is too large to be held, or is read in parts only: of each chunk the window that is being read, and the
/// one behind it on its way.</summary>
internal sealed class ChunkWindows : IHeldBytes
{
    private readonly ObjectReads _reads;
    private readonly SemaphoreSlim _turns;
    private readonly ByteRange[] _chunks;
    private readonly (FetchedPiece? Now, FetchedPiece? Next)[] _windows;
    private readonly int _windowBytes;
    private readonly bool _isReadOn;

    /// <summary>Starts fetching the first window of each chunk.</summary>
    /// <param name="reads">The object.</param>
    /// <param name="chunks">The chunks.</param>
    /// <param name="windowBytes">Bytes of a window.</param>
    /// <param name="isReadOn">Whether the next window is fetched while one is read.</param>
    /// <param name="turns">How many pieces may be fetched at once.</param>
    public ChunkWindows(ObjectReads reads, IEnumerable<ByteRange> chunks, int windowBytes, bool isReadOn, SemaphoreSlim turns)
    {
        (_reads, _windowBytes, _isReadOn, _turns) = (reads, windowBytes, isReadOn, turns);
        _chunks = [.. chunks.Where(c => c.Length > 0).OrderBy(c => c.From)];
        _windows = new (FetchedPiece?, FetchedPiece?)[_chunks.Length];
        for (var i = 0; i < _chunks.Length; i++)
            _windows[i].Now = Window(i, _chunks[i].From);
    }

    /// <inheritdoc/>
    public int Read(long position, Span<byte> into)
    {
        var index = Find(position);
        if (index < 0)
            return 0;
        ref var window = ref _windows[index];
        if (window.Now?.Holds(position) != true)
        {
            window.Now?.Dispose();
            (window.Now, window.Next) = (window.Next, null);
            if (window.Now?.Holds(position) != true)
            {
                window.Now?.Dispose();
                window.Now = Window(index, position);
            }
        }
        if (_isReadOn && window.Next is null && window.Now!.Range.End < _chunks[index].End)
            window.Next = Window(index, window.Now.Range.End);
        return window.Now!.Read(position, into);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (now, next) in _windows)
        {
            now?.Dispose();
            next?.Dispose();
        }
    }

    private FetchedPiece Window(int index, long from) =>
        new(_reads, new ByteRange(from, Math.Min(_windowBytes, _chunks[index].End - from)), _turns);

    private int Find(long position)
    {
        var (low, high) = (0, _chunks.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (position < _chunks[middle].From)
                high = middle - 1;
            else if (position >= _chunks[middle].End)
                low = middle + 1;
            else
                return middle;
        }
        return -1;
    }
}
