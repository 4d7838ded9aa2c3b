using BatchEngine.Domain;
using static BatchEngine.Scorer.Inputs.Files.ThriftReader;

namespace BatchEngine.Scorer.Inputs.Files;

/// <summary>Of a file's footer what decides which bytes to read: the rows of each row group, and where its columns lie. Immutable.</summary>
/// <param name="Groups">Rows and compressed bytes of each row group.</param>
/// <param name="Chunks">Where the columns of each row group lie, row group by row group; empty when they were not asked for.</param>
/// <param name="SchemaBytes">Where in the footer the schema stands.</param>
/// <param name="Columns">Columns of each row group.</param>
internal sealed record ParquetFooter(IReadOnlyList<RowGroupSize> Groups, ByteRange[] Chunks, Range SchemaBytes, int Columns)
{
    /// <summary>Where a column of a row group lies.</summary>
    public ByteRange ChunkOf(int group, int column) => Chunks[(group * Columns) + column];

    /// <summary>Reads a footer.</summary>
    /// <param name="footer">Its bytes, without length and "PAR1".</param>
    /// <param name="withChunks">Whether the columns' places are wanted.</param>
    /// <exception cref="FormatException">It is damaged, or of a form that is not known here.</exception>
    public static ParquetFooter Parse(ReadOnlySpan<byte> footer, bool withChunks)
    {
        var reader = new ThriftReader(footer);
        var (groups, chunks) = (new List<RowGroupSize>(), new List<ByteRange>());
        var schema = new Range();
        int id = 0, columns = -1;
        while (reader.Field(ref id) is not Kind.Stop and var kind)
        {
            var start = reader.Position;
            if ((id, kind) is not (4, Kind.List))
            {
                reader.Skip(kind);
                if (id == 2)
                    schema = new Range(start, reader.Position);
                continue;
            }
            var (count, _) = reader.List();
            for (var i = 0; i < count; i++)
            {
                groups.Add(Group(ref reader, withChunks ? chunks : null, out var seen));
                columns = columns < 0 || columns == seen ? seen : throw new FormatException($"row groups of {columns} and of {seen} columns");
            }
        }
        return new ParquetFooter(groups, [.. chunks], schema, Math.Max(columns, 0));
    }

    private static RowGroupSize Group(ref ThriftReader reader, List<ByteRange>? chunks, out int columns)
    {
        int id = 0;
        long rows = 0, bytes = 0;
        columns = 0;
        while (reader.Field(ref id) is not Kind.Stop and var kind)
        {
            switch (id, kind)
            {
                case (1, Kind.List):
                    (columns, _) = reader.List();
                    for (var i = 0; i < columns; i++)
                    {
                        var chunk = Chunk(ref reader);
                        bytes += chunk.Length;
                        chunks?.Add(chunk);
                    }
                    break;
                case (3, Kind.Int64):
                    rows = reader.Whole();
                    break;
                default:
                    reader.Skip(kind);
                    break;
            }
        }
        return new RowGroupSize(rows, bytes);
    }

    private static ByteRange Chunk(ref ThriftReader reader)
    {
        var id = 0;
        ByteRange? found = null;
        while (reader.Field(ref id) is not Kind.Stop and var kind)
        {
            if ((id, kind) is (3, Kind.Structure))
                found = MetaData(ref reader);
            else if (id == 1)
                throw new FormatException("a column in another file");
            else
                reader.Skip(kind);
        }
        return found ?? throw new FormatException("a column without a place");
    }

    // As the native reader takes it: from the dictionary, if it lies before the data.
    private static ByteRange MetaData(ref ThriftReader reader)
    {
        var id = 0;
        long bytes = -1, data = -1, dictionary = 0;
        while (reader.Field(ref id) is not Kind.Stop and var kind)
        {
            switch (id, kind)
            {
                case (7, Kind.Int64):
                    bytes = reader.Whole();
                    break;
                case (9, Kind.Int64):
                    data = reader.Whole();
                    break;
                case (11, Kind.Int64):
                    dictionary = reader.Whole();
                    break;
                default:
                    reader.Skip(kind);
                    break;
            }
        }
        var from = dictionary > 0 && dictionary < data ? dictionary : data;
        return bytes >= 0 && from >= 0 && from <= long.MaxValue - bytes ? new ByteRange(from, bytes) : throw new FormatException("a column without a place");
    }
}
