using BatchEngine.Domain;
using ParquetSharp;

namespace BatchEngine.Scorer.Inputs;

/// <summary>Reads one Parquet file: its schema at once, its row groups slice by slice. Not thread-safe: one reader a worker thread.</summary>
public sealed class InputFileReader : IDisposable
{
    private readonly ParquetFileReader _reader;
    private readonly FileMetaData _metaData;
    private readonly short[] _levels = new short[LevelReader<float>.MaxLevels];

    private InputFileReader(string path, ParquetFileReader reader)
    {
        Path = path;
        _reader = reader;
        _metaData = reader.FileMetaData;
        Schema = FileSchema.From(_metaData);
        Columns = [.. Schema.Columns.Select(c => c.Column)];
        RowGroupCount = _metaData.NumRowGroups;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>All columns of the file, nested ones as <see cref="ColumnKind.Unsupported"/>.</summary>
    public IReadOnlyList<InputColumn> Columns { get; }

    /// <summary>Row groups in the file.</summary>
    public int RowGroupCount { get; }

    internal FileSchema Schema { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="BadInputException">It is missing, empty, cut off, damaged or not Parquet.</exception>
    /// <exception cref="StorageFailedException">It cannot be read: permission or disk.</exception>
    public static InputFileReader Open(string path)
    {
        FileFooter.Check(path);
        return OpenChecked(path);
    }

    /// <summary>Opens a file of a manifest, after making sure that it is still the one that was planned.</summary>
    /// <exception cref="BadInputException">As <see cref="Open(string)"/>, or the file has changed since.</exception>
    /// <exception cref="StorageFailedException">It cannot be read: permission or disk.</exception>
    public static InputFileReader Open(InputFile planned)
    {
        FileFooter.CheckUnchanged(planned);
        return OpenChecked(planned.Path);
    }

    /// <summary>The same, taking native memory from a pool of the caller's.</summary>
    internal static InputFileReader Open(InputFile planned, MemoryPool pool)
    {
        FileFooter.CheckUnchanged(planned);
        return OpenChecked(planned.Path, pool);
    }

    /// <summary>Starts reading some columns of a row group as the file has them; dispose it before opening the next.</summary>
    /// <param name="index">The row group, counted from 0.</param>
    /// <param name="columns">The names, in the order of the units that will be filled.</param>
    /// <exception cref="BadInputException">A column is missing or cannot be read.</exception>
    public RowGroupReader OpenRowGroup(int index, IReadOnlyList<string> columns) =>
        OpenRowGroup(index, [.. columns.Select(c => Schema.Find(Path, c).Column)]);

    /// <summary>Starts reading some columns of a row group as the whole input has them; dispose it before opening the next.</summary>
    /// <param name="index">The row group, counted from 0.</param>
    /// <param name="columns">The manifest's columns, in the order of the units that will be filled.</param>
    /// <exception cref="BadInputException">A column is missing or cannot be read as that kind, or not for what it is wanted for.</exception>
    public RowGroupReader OpenRowGroup(int index, IReadOnlyList<InputColumn> columns) =>
        new(Path, index, _reader.RowGroup(index), [.. columns.Select(c => (Stored(c), c))], _levels);

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        _metaData.Dispose();
        _reader.Dispose();
    }

    /// <summary>Rows and compressed bytes of every row group.</summary>
    internal IReadOnlyList<RowGroupSize> RowGroupSizes()
    {
        var sizes = new RowGroupSize[RowGroupCount];
        for (var i = 0; i < sizes.Length; i++)
        {
            using var group = _reader.RowGroup(i);
            long bytes = 0;
            for (var column = 0; column < group.MetaData.NumColumns; column++)
            {
                using var chunk = group.MetaData.GetColumnChunkMetaData(column);
                bytes += chunk.TotalCompressedSize;
            }
            sizes[i] = new RowGroupSize(group.MetaData.NumRows, bytes);
        }
        return sizes;
    }

    /// <summary>The column as this file stores it; null means that its value is the same in all rows.</summary>
    private FileColumn? Stored(InputColumn wanted)
    {
        if (wanted.IsPartOfPath || (wanted.MayBeAbsent && Schema.FindOrNull(Path, wanted.Element?.List ?? wanted.Name) is null))
            return null;
        if (wanted.Element is { } element)
            return List(element.List, wanted.Kind);
        var found = Schema.Find(Path, wanted.Name);
        if (found.Decoding == ColumnDecoding.Nothing)
            return null;
        // A file that has no value of the column may say any type of it.
        return wanted.Use != ColumnUse.Feature && !ColumnReadings.Fits(found, wanted) && HasNoValue(found) ? null
            : ColumnReadings.For(found, wanted, $"{Path}, column '{wanted.Name}'");
    }

    private FileColumn List(string name, ColumnKind elements)
    {
        var found = Schema.FindOrNull(Path, name) ?? throw InputProblems.ColumnMissing(Path, name, Columns);
        return found.Column.Elements == elements ? found : throw InputProblems.Unreadable($"{Path}, column '{name}'", found.Column);
    }

    /// <summary>The elements of the column's first list; null means that the file has none.</summary>
    internal int? FirstLength(string name)
    {
        var column = Schema.FindOrNull(Path, name);
        if (column?.Column.Elements is null)
            return null;
        for (var i = 0; i < RowGroupCount; i++)
        {
            using var group = _reader.RowGroup(i);
            using var list = ListDecoder.Open(column, group.Column(column.LeafIndex), 1, 1);
            for (long row = 0; row < group.MetaData.NumRows; row++)
            {
                if (list.NextLength() is >= 0 and var length)
                    return length;
            }
        }
        return null;
    }

    /// <summary>Whether the statistics of every row group say that the column has no value; without statistics it may have one.</summary>
    internal bool HasNoValue(FileColumn column)
    {
        for (var i = 0; i < RowGroupCount; i++)
        {
            using var group = _reader.RowGroup(i);
            using var chunk = group.MetaData.GetColumnChunkMetaData(column.LeafIndex);
            using var statistics = chunk.Statistics;
            if (group.MetaData.NumRows > 0 && statistics?.NullCount != group.MetaData.NumRows)
                return false;
        }
        return true;
    }

    private static InputFileReader OpenChecked(string path, MemoryPool? pool = null)
    {
        try
        {
            // Buffered streams read a column chunk piece by piece; without them the whole chunk would be held.
            using var properties = pool is null ? ReaderProperties.GetDefaultReaderProperties() : ReaderProperties.WithMemoryPool(pool);
            properties.EnableBufferedStream();
            // Only pages that carry a checksum are summed, so files without any cost nothing.
            properties.EnablePageChecksumVerification();
            properties.BufferSize = RowGroupReader.StreamBufferBytes;
            return new InputFileReader(path, new ParquetFileReader(path, properties));
        }
        catch (Exception e) when (e is not BatchEngineException)
        {
            throw InputProblems.Damaged(path, e);
        }
    }
}
