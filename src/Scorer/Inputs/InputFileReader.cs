using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Storage.Objects;
using ParquetSharp;

namespace BatchEngine.Scorer.Inputs;

/// <summary>Reads one Parquet file: its schema at once, its row groups slice by slice. Not thread-safe: one reader a worker thread.</summary>
public sealed class InputFileReader : IDisposable
{
    private readonly ParquetFileReader _reader;
    private readonly FileMetaData _metaData;
    private readonly ObjectFile? _object;
    private readonly short[] _levels = new short[LevelReader<float>.MaxLevels];

    private InputFileReader(string path, ParquetFileReader reader, ObjectFile? opened = null)
    {
        Path = path;
        _reader = reader;
        _object = opened;
        _object?.Opened();
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
    /// <param name="planned">The file.</param>
    /// <param name="files">Where files are; null means on this machine.</param>
    /// <param name="tally">Counts what is fetched of an object; null counts nothing.</param>
    /// <exception cref="BadInputException">As <see cref="Open(string)"/>, or the file has changed since.</exception>
    /// <exception cref="StorageFailedException">It cannot be read: permission, disk or object store.</exception>
    public static InputFileReader Open(InputFile planned, InputFiles? files = null, TrafficTally? tally = null) => Open(planned, null, files, tally);

    /// <summary>The same, taking native memory from a pool of the caller's.</summary>
    internal static InputFileReader Open(InputFile planned, MemoryPool? pool, InputFiles? files, TrafficTally? tally = null)
    {
        if (ObjectUri.IsOne(planned.Path))
            return OpenObject((files ?? InputFiles.OfThisMachine).Open(planned, tally ?? new TrafficTally()), pool);
        FileFooter.CheckUnchanged(planned);
        return OpenChecked(planned.Path, pool);
    }

    /// <summary>Opens an object whose footer is at hand.</summary>
    internal static InputFileReader OpenObject(ObjectFile file, MemoryPool? pool = null)
    {
        try
        {
            using var properties = Properties(pool);
            return new InputFileReader(file.Path, new ParquetFileReader(file, properties, leaveOpen: true), file);
        }
        catch (Exception e)
        {
            file.Dispose();
            throw file.Failure is BatchEngineException failure ? failure : e as BatchEngineException ?? InputProblems.Damaged(file.Path, e);
        }
    }

    /// <summary>Whether it pays to say early what will be read: see <see cref="ReadAhead"/>.</summary>
    internal bool IsObject => _object is not null;

    /// <summary>Of an object, starts fetching what will be read of a row group while another is being read.</summary>
    /// <param name="index">The row group, counted from 0.</param>
    /// <param name="columns">The manifest's columns.</param>
    internal void ReadAhead(int index, IReadOnlyList<InputColumn> columns) => _object?.ReadAhead(index, Leaves([.. columns.Select(Stored)]));

    /// <summary>Starts reading some columns of a row group as the file has them; dispose it before opening the next.</summary>
    /// <param name="index">The row group, counted from 0.</param>
    /// <param name="columns">The names, in the order of the units that will be filled.</param>
    /// <exception cref="BadInputException">A column is missing or cannot be read.</exception>
    public RowGroupReader OpenRowGroup(int index, IReadOnlyList<string> columns) =>
        OpenRowGroup(index, [.. columns.Select(c => Schema.Find(Path, c).Column)]);

    /// <summary>Starts reading some columns of a row group as the whole input has them; dispose it before opening the next.</summary>
    /// <param name="index">The row group, counted from 0.</param>
    /// <param name="columns">The manifest's columns, in the order of the units that will be filled.</param>
    /// <param name="inParts">Whether only some of the rows will be read: of an object not everything is fetched then.</param>
    /// <exception cref="BadInputException">A column is missing or cannot be read as that kind, or not for what it is wanted for.</exception>
    public RowGroupReader OpenRowGroup(int index, IReadOnlyList<InputColumn> columns, bool inParts = false)
    {
        (FileColumn? Stored, InputColumn Wanted)[] stored = [.. columns.Select(c => (Stored(c), c))];
        _object?.Hold(index, Leaves(stored.Select(c => c.Stored)), inParts);
        return new RowGroupReader(this, index, _reader.RowGroup(index), stored, _levels);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        _metaData.Dispose();
        _reader.Dispose();
        _object?.Dispose();
    }

    /// <summary>What is said of bytes that could not be read or decoded.</summary>
    internal BatchEngineException Failed(string place, Exception failure) => _object?.Failure as BatchEngineException ?? InputProblems.Damaged(place, failure);

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
            try
            {
                if (FirstLength(column, i) is { } length)
                    return length;
            }
            catch (Exception e) when (e is not BatchEngineException)
            {
                throw Failed($"{Path}, row group {i}, column '{name}'", e);
            }
        }
        return null;
    }

    private int? FirstLength(FileColumn column, int index)
    {
        _object?.Hold(index, [column.LeafIndex], inParts: true);
        using var group = _reader.RowGroup(index);
        using var list = ListDecoder.Open(column, group.Column(column.LeafIndex), 1, 1);
        for (long row = 0; row < group.MetaData.NumRows; row++)
        {
            if (list.NextLength() is >= 0 and var length)
                return length;
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

    private static IEnumerable<int> Leaves(IEnumerable<FileColumn?> columns) => columns.OfType<FileColumn>().Select(c => c.LeafIndex);

    private static ReaderProperties Properties(MemoryPool? pool)
    {
        var properties = pool is null ? ReaderProperties.GetDefaultReaderProperties() : ReaderProperties.WithMemoryPool(pool);
        // Buffered streams read a column chunk piece by piece; without them the whole chunk would be held.
        properties.EnableBufferedStream();
        // Only pages that carry a checksum are summed, so files without any cost nothing.
        properties.EnablePageChecksumVerification();
        properties.BufferSize = RowGroupReader.StreamBufferBytes;
        return properties;
    }

    private static InputFileReader OpenChecked(string path, MemoryPool? pool = null)
    {
        try
        {
            using var properties = Properties(pool);
            return new InputFileReader(path, new ParquetFileReader(path, properties));
        }
        catch (Exception e) when (e is not BatchEngineException)
        {
            throw InputProblems.Damaged(path, e);
        }
    }
}
