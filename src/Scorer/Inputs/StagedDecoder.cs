using ParquetSharp;

namespace BatchEngine.Scorer.Inputs;

/// <summary>Values that are stored in another form than ours: read in chunks that stay in the first-level cache, then converted.</summary>
internal sealed class StagedDecoder<T>(ColumnReader<T> reader, short[] levels, StoredValues.Conversion<T> convert) : ColumnDecoder
    where T : unmanaged
{
    private const int ChunkRows = 1_024;

    private readonly LevelReader<T> _levels = new(reader, default, levels);
    private readonly T[] _chunk = new T[ChunkRows];

    public override void Read(ColumnVector target, int rows)
    {
        for (var done = 0; done < rows;)
        {
            // One page at a time: pointers into a page do not outlive the next read.
            var read = _levels.ReadOnce(_chunk.AsSpan(0, Math.Min(ChunkRows, rows - done)), target, done);
            convert(_chunk.AsSpan(0, read), target, done);
            done += read;
        }
    }

    public override void Skip(long rows) => _levels.Skip(rows);

    public override void Dispose() => _levels.Dispose();
}
