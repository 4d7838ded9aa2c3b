using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs.Files;

namespace BatchEngine.Scorer.Inputs;

/// <summary>Reads the chosen columns of one row group in sequential slices, so that a row group is never held whole. Not thread-safe.</summary>
public sealed class RowGroupReader : IDisposable
{
    /// <summary>Compressed bytes held per open column.</summary>
    internal const int StreamBufferBytes = 1 << 16;

    private readonly InputFileReader _file;
    private readonly int _index;
    private readonly ParquetSharp.RowGroupReader _group;
    private readonly ColumnDecoder[] _decoders;
    private readonly Dictionary<string, ListDecoder> _lists = new(StringComparer.Ordinal);

    internal RowGroupReader(InputFileReader file, int index, ParquetSharp.RowGroupReader group, IReadOnlyList<(FileColumn? Stored, InputColumn Wanted)> columns,
        short[] levels)
    {
        (_file, _index, _group) = (file, index, group);
        Rows = group.MetaData.NumRows;
        Columns = [.. columns.Select(c => c.Wanted)];
        _decoders = new ColumnDecoder[columns.Count];
        var partitions = Columns.Any(c => c.IsPartOfPath) ? PathPartitions.Of(file.Path) : null;
        for (var i = 0; i < _decoders.Length; i++)
        {
            try
            {
                _decoders[i] = columns[i].Stored is not { } stored
                    ? new ConstantDecoder(Columns[i].IsPartOfPath ? partitions!.GetValueOrDefault(Columns[i].Name) : null)
                    : Decoder(stored, columns[i].Wanted, levels);
            }
            catch (Exception e) when (e is not BatchEngineException)
            {
                Dispose();
                throw _file.Failed(Place(i), e);
            }
        }
    }

    /// <summary>The columns, in the order of the units.</summary>
    public IReadOnlyList<InputColumn> Columns { get; }

    /// <summary>Rows of the row group.</summary>
    public long Rows { get; }

    /// <summary>Rows read or skipped so far: the index in the row group of the next row.</summary>
    public long Position { get; private set; }

    /// <summary>Fills the unit with the next rows.</summary>
    /// <param name="target">Has the same columns in the same order.</param>
    /// <param name="maxRows">The most rows to read; never more than the unit's capacity.</param>
    /// <returns>Rows read; 0 at the end of the row group.</returns>
    /// <exception cref="BadInputException">The bytes do not decode, or end before the row group's rows do.</exception>
    public int Read(UnitColumns target, int maxRows)
    {
        CheckColumns(target);
        var rows = (int)Math.Min(Math.Min(maxRows, target.CapacityRows), Rows - Position);
        target.Start(rows);
        if (rows == 0)
            return 0;
        for (var i = 0; i < _decoders.Length; i++)
        {
            try
            {
                _decoders[i].Read(target[i], rows);
            }
            catch (Exception e) when (e is not BatchEngineException)
            {
                throw _file.Failed(Place(i), e);
            }
        }
        Position += rows;
        return rows;
    }

    /// <summary>Passes over rows without decoding their values.</summary>
    /// <exception cref="BadInputException">The bytes do not decode, or there are fewer rows left.</exception>
    public void Skip(long rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, Rows - Position);
        for (var i = 0; i < _decoders.Length; i++)
        {
            try
            {
                _decoders[i].Skip(rows);
            }
            catch (Exception e) when (e is not BatchEngineException)
            {
                throw _file.Failed(Place(i), e);
            }
        }
        Position += rows;
    }

    /// <summary>Ends reading; the file reader stays open.</summary>
    public void Dispose()
    {
        foreach (var decoder in _decoders)
            decoder?.Dispose();
        _group.Dispose();
    }

    private ColumnDecoder Decoder(FileColumn stored, InputColumn wanted, short[] levels)
    {
        if (wanted.Element is { } element)
            return ListOf(stored, element).At(element.Index);
        var decoder = ColumnDecoder.Create(stored, _group.Column(stored.LeafIndex), levels);
        return stored.Column.Kind == wanted.Kind ? decoder : new WideningDecoder(_file.Path, stored.Column, decoder, wanted);
    }

    // One for all places of a list.
    private ListDecoder ListOf(FileColumn stored, ListElement element)
    {
        if (!_lists.TryGetValue(element.List, out var list))
        {
            var wanted = Columns.Count(c => c.Element?.List == element.List);
            _lists[element.List] = list = ListDecoder.Open(stored, _group.Column(stored.LeafIndex), element.Length, wanted);
        }
        return list;
    }

    private string Place(int column) => $"{_file.Path}, row group {_index}, column '{Columns[column].Name}'";

    private void CheckColumns(UnitColumns target)
    {
        if (target.Count != Columns.Count)
            throw new ArgumentException($"The unit has {target.Count} columns, the row group reader {Columns.Count}.", nameof(target));
        for (var i = 0; i < Columns.Count; i++)
        {
            if (target[i].Name != Columns[i].Name)
                throw new ArgumentException($"Column {i} is '{target[i].Name}' in the unit and '{Columns[i].Name}' in the row group reader.", nameof(target));
            if (target[i].Kind != Columns[i].Kind)
                throw InputProblems.KindDiffers(_file.Path, Columns[i], target.Columns[i], "the unit (the first file)");
        }
    }
}
