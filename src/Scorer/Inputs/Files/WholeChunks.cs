namespace BatchEngine.Scorer.Inputs.Files;

/// <summary>The column chunks of a row group, all of them fetched at once.</summary>
internal sealed class WholeChunks : IHeldBytes
{
    private const long MaxPieceBytes = 8 << 20;

    private readonly FetchedPiece[] _pieces;

    /// <summary>Starts fetching.</summary>
    /// <param name="reads">The object.</param>
    /// <param name="chunks">The chunks.</param>
    /// <param name="turns">How many pieces may be fetched at once.</param>
    public WholeChunks(ObjectReads reads, IEnumerable<ByteRange> chunks, SemaphoreSlim turns) =>
        _pieces = [.. RangeMerge.Of(chunks).SelectMany(Split).Select(piece => new FetchedPiece(reads, piece, turns))];

    /// <inheritdoc/>
    public int Read(long position, Span<byte> into)
    {
        var (low, high) = (0, _pieces.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (_pieces[middle].Holds(position))
                return _pieces[middle].Read(position, into);
            if (position < _pieces[middle].Range.From)
                high = middle - 1;
            else
                low = middle + 1;
        }
        return 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var piece in _pieces)
            piece.Dispose();
    }

    private static IEnumerable<ByteRange> Split(ByteRange range)
    {
        var count = (range.Length + MaxPieceBytes - 1) / MaxPieceBytes;
        for (var i = 0L; i < count; i++)
            yield return new ByteRange(range.From + (range.Length * i / count), (range.Length * (i + 1) / count) - (range.Length * i / count));
    }
}
