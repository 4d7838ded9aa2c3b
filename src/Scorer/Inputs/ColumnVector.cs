using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs.Files;

namespace BatchEngine.Scorer.Inputs;

/// <summary>The values of one column for the rows of a unit, in the narrowest exact form. Memory is allocated once and reused. Not thread-safe.</summary>
/// <remarks>A missing value reads as NaN in <see cref="Floats"/> and <see cref="Doubles"/>, as 0 in <see cref="Integers"/> and as empty text;
/// <see cref="Present"/> tells it apart.</remarks>
public sealed class ColumnVector : IDisposable
{
    private readonly AlignedBuffer<double>? _doubles;
    private readonly AlignedBuffer<long>? _integers;
    private readonly TextBuffer? _text;
    private readonly byte[] _present;
    private readonly List<(int Row, string Detail)> _refused = [];
    private AlignedBuffer<float>? _floats;
    private int _floatsFrom;
    private bool _ownsFloats;
    private bool _presentDirty;
    private int _rows;

    /// <summary>Creates room for a number of rows of the column.</summary>
    /// <param name="column">The column.</param>
    /// <param name="capacityRows">The most rows.</param>
    /// <param name="maxTextBytes">The most bytes of text; more is refused.</param>
    /// <exception cref="BadInputException">The column cannot be read.</exception>
    public ColumnVector(InputColumn column, int capacityRows, int maxTextBytes = TextBuffer.MaxBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacityRows);
        Name = column.Name;
        Kind = column.Kind;
        CapacityRows = capacityRows;
        _present = new byte[capacityRows];
        _present.AsSpan().Fill(1);
        switch (column.Kind)
        {
            case ColumnKind.Float:
                break; // allocated at first use, because it is often bound to a feature matrix instead
            case ColumnKind.Double or ColumnKind.Decimal:
                _doubles = new AlignedBuffer<double>(capacityRows);
                break;
            case ColumnKind.Bool or ColumnKind.Integer or ColumnKind.Date or ColumnKind.Timestamp:
                _integers = new AlignedBuffer<long>(capacityRows);
                break;
            case ColumnKind.Text:
                _text = new TextBuffer(capacityRows, column.Name, maxTextBytes);
                break;
            default:
                throw InputProblems.Unreadable($"column '{column.Name}'", column);
        }
    }

    /// <summary>The column's name.</summary>
    public string Name { get; }

    /// <summary>What it holds.</summary>
    public ColumnKind Kind { get; }

    /// <summary>The most rows.</summary>
    public int CapacityRows { get; }

    /// <summary>Rows held: the unit's.</summary>
    public int Rows => _rows;

    /// <summary>Whether any of the rows is null in the file. NaN in a float column is a value here; features treat it as missing.</summary>
    public bool HasMissing { get; private set; }

    /// <summary>Rows that cannot be scored whatever the model takes, with the reason: a list of another length.</summary>
    public IReadOnlyList<(int Row, string Detail)> Refused => _refused;

    /// <summary>1 where there is a value, 0 where it is missing; always filled.</summary>
    public ReadOnlySpan<byte> Present => _present.AsSpan(0, _rows);

    /// <summary>The values of a float column.</summary>
    /// <exception cref="InvalidOperationException">The column is of another kind.</exception>
    public Span<float> Floats => Kind == ColumnKind.Float ? FloatStorage().Slice(_floatsFrom, _rows) : throw WrongKind("floats");

    /// <summary>The values of a double or decimal column.</summary>
    /// <exception cref="InvalidOperationException">The column is of another kind.</exception>
    public Span<double> Doubles => (_doubles ?? throw WrongKind("doubles")).Slice(0, _rows);

    /// <summary>Integers; bools as 0 and 1; dates as days and timestamps as microseconds since 1970-01-01 UTC.</summary>
    /// <exception cref="InvalidOperationException">The column is of another kind.</exception>
    public Span<long> Integers => (_integers ?? throw WrongKind("integers")).Slice(0, _rows);

    /// <summary>The values of a text column.</summary>
    /// <exception cref="InvalidOperationException">The column is of another kind.</exception>
    public TextBuffer Text => _text ?? throw WrongKind("text");

    /// <summary>The UTF-8 of all rows end to end.</summary>
    /// <exception cref="InvalidOperationException">The column is of another kind.</exception>
    public Span<byte> TextBytes => Text.Bytes;

    /// <summary>Rows + 1 positions in <see cref="TextBytes"/>.</summary>
    /// <exception cref="InvalidOperationException">The column is of another kind.</exception>
    public Span<int> TextOffsets => Text.Offsets;

    /// <summary>Frees the memory this vector owns (not memory it was bound to).</summary>
    public void Dispose()
    {
        if (_ownsFloats)
            _floats?.Dispose();
        _doubles?.Dispose();
        _integers?.Dispose();
    }

    /// <summary>Makes <see cref="Floats"/> live in the caller's memory from now on, so that decoding into it needs no second copy. What was held is
    /// lost.</summary>
    internal void BindFloats(AlignedBuffer<float> storage, int from)
    {
        if (Kind != ColumnKind.Float)
            throw WrongKind("floats");
        storage.Slice(from, CapacityRows); // the whole capacity must fit
        if (_ownsFloats)
            _floats?.Dispose();
        (_floats, _floatsFrom, _ownsFloats, _rows) = (storage, from, false, 0);
    }

    /// <summary>Whether <see cref="Floats"/> live exactly there.</summary>
    internal bool IsBoundTo(AlignedBuffer<float> storage, int from) => !_ownsFloats && ReferenceEquals(_floats, storage) && _floatsFrom == from;

    /// <summary>Starts a new unit of this number of rows, all present until told otherwise.</summary>
    internal void Start(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, CapacityRows);
        if (_presentDirty)
            _present.AsSpan().Fill(1);
        (_presentDirty, HasMissing, _rows) = (false, false, rows);
        _text?.Clear();
        _refused.Clear();
    }

    /// <summary>Says that a row cannot be scored.</summary>
    internal void Refuse(int row, string detail) => _refused.Add((row, detail));

    /// <summary>The presence bytes for a decoder to clear; calling it says that at least one row is missing.</summary>
    internal Span<byte> MarkMissing()
    {
        (_presentDirty, HasMissing) = (true, true);
        return _present.AsSpan(0, _rows);
    }

    private AlignedBuffer<float> FloatStorage()
    {
        if (_floats is null)
            (_floats, _ownsFloats, _floatsFrom) = (new AlignedBuffer<float>(CapacityRows), true, 0);
        return _floats;
    }

    private InvalidOperationException WrongKind(string asked) => new($"Column '{Name}' holds {Kind}, not {asked}.");
}
