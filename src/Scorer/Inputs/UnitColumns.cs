using BatchEngine.Domain;

namespace BatchEngine.Scorer.Inputs;

/// <summary>The rows of a unit as they were read, one vector a column; filled by <see cref="RowGroupReader"/> or from one row's values, and reused. Not
/// thread-safe.</summary>
public sealed class UnitColumns : IDisposable
{
    /// <summary>The most rows of a unit.</summary>
    public const int MaxRows = 1 << 22;

    private readonly ColumnVector[] _vectors;
    private readonly Dictionary<string, int> _indexes;

    /// <summary>Creates room for a number of rows of these columns.</summary>
    /// <param name="columns">In the order of the vectors.</param>
    /// <param name="capacityRows">The most rows.</param>
    /// <param name="maxTextBytes">The most bytes of text of one column; more is refused.</param>
    /// <exception cref="BadInputException">A column cannot be read.</exception>
    public UnitColumns(IReadOnlyList<InputColumn> columns, int capacityRows, int maxTextBytes = TextBuffer.MaxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacityRows, MaxRows);
        CapacityRows = capacityRows;
        Columns = [.. columns];
        _vectors = [.. columns.Select(c => new ColumnVector(c, capacityRows, maxTextBytes))];
        _indexes = new Dictionary<string, int>(columns.Count, StringComparer.Ordinal);
        for (var i = 0; i < columns.Count; i++)
            _indexes.TryAdd(columns[i].Name, i); // what features read comes first
    }

    /// <summary>The columns, in the order of the vectors.</summary>
    public IReadOnlyList<InputColumn> Columns { get; }

    /// <summary>The most rows.</summary>
    public int CapacityRows { get; }

    /// <summary>Rows held.</summary>
    public int Rows { get; private set; }

    /// <summary>The number of columns.</summary>
    public int Count => _vectors.Length;

    /// <summary>The values of a column, counted from 0.</summary>
    public ColumnVector this[int index] => _vectors[index];

    /// <summary>The values of a column.</summary>
    /// <exception cref="KeyNotFoundException">The unit has no such column.</exception>
    public ColumnVector this[string name] => _vectors[_indexes[name]];

    /// <summary>The index of a column; -1 means the unit has none of that name.</summary>
    public int IndexOf(string name) => _indexes.GetValueOrDefault(name, -1);

    /// <summary>Frees the memory of all vectors.</summary>
    public void Dispose()
    {
        foreach (var vector in _vectors)
            vector.Dispose();
    }

    /// <summary>Starts a new unit of this number of rows in every vector.</summary>
    internal void Start(int rows)
    {
        foreach (var vector in _vectors)
            vector.Start(rows);
        Rows = rows;
    }
}
