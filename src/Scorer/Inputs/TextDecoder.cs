using ParquetSharp;

namespace BatchEngine.Scorer.Inputs;

/// <summary>Text as bytes. The library's pointers are valid only until its next read, so each chunk is copied at once.</summary>
internal sealed class TextDecoder(ColumnReader<ByteArray> reader, short[] levels) : ColumnDecoder
{
    private const int ChunkRows = 2_048;

    private readonly LevelReader<ByteArray> _levels = new(reader, default, levels);
    private readonly ByteArray[] _chunk = new ByteArray[ChunkRows];

    public override void Read(ColumnVector target, int rows)
    {
        for (var done = 0; done < rows;)
        {
            var read = _levels.ReadOnce(_chunk.AsSpan(0, Math.Min(ChunkRows, rows - done)), target, done);
            foreach (var value in _chunk.AsSpan(0, read))
                target.Text.Append(StoredValues.Bytes(value.Pointer, value.Length));
            done += read;
        }
    }

    public override void Skip(long rows) => _levels.Skip(rows);

    public override void Dispose() => _levels.Dispose();
}
