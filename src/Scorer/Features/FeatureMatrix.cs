using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Features;

/// <summary>The features of a unit, column by column in aligned native memory of fixed capacity. Not thread-safe; readers may share it while nobody
/// writes.</summary>
public sealed class FeatureMatrix : IDisposable
{
    private const int FloatsPerLine = 16;
    private const int BytesPerPage = 4_096;

    private readonly FeatureStorage[] _storage;
    private readonly int[] _slots;
    private readonly AlignedBuffer<float> _floats;
    private readonly AlignedBuffer<double>?[] _doubles;
    private readonly AlignedBuffer<long>?[] _integers;
    private readonly TextBuffer?[] _texts;
    private readonly TextBuffer?[] _ownTexts;
    private readonly byte[]?[] _present;
    private readonly bool[] _hasMissing;
    private readonly bool[] _hasChanged;
    private int _rows;

    /// <summary>Creates a matrix whose features are all 32-bit floats.</summary>
    /// <param name="featureCount">The number of features, all kept as float32.</param>
    /// <param name="capacityRows">The most rows.</param>
    public FeatureMatrix(int featureCount, int capacityRows) : this(new FeatureStorage[featureCount], capacityRows)
    {
    }

    /// <summary>Creates a matrix of mixed storage.</summary>
    /// <param name="storage">One a column.</param>
    /// <param name="capacityRows">The most rows.</param>
    public FeatureMatrix(IReadOnlyList<FeatureStorage> storage, int capacityRows)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacityRows);
        _storage = [.. storage];
        CapacityRows = capacityRows;
        ColumnStride = StrideFor(capacityRows);
        _slots = new int[_storage.Length];
        var floatColumns = 0;
        for (var i = 0; i < _storage.Length; i++)
            _slots[i] = _storage[i] == FeatureStorage.Float32 ? floatColumns++ : -1;
        FloatColumnCount = floatColumns;
        _floats = new AlignedBuffer<float>(checked(floatColumns * ColumnStride));
        _doubles = [.. _storage.Select(s => s == FeatureStorage.Float64 ? new AlignedBuffer<double>(capacityRows) : null)];
        _integers = [.. _storage.Select(s => s == FeatureStorage.Int64 ? new AlignedBuffer<long>(capacityRows) : null)];
        _texts = new TextBuffer?[_storage.Length];
        _ownTexts = new TextBuffer?[_storage.Length];
        _present = [.. _storage.Select(s => s is FeatureStorage.Int64 or FeatureStorage.Text ? new byte[capacityRows] : null)];
        _hasMissing = new bool[_storage.Length];
        _hasChanged = new bool[_storage.Length];
    }

    /// <summary>The number of features.</summary>
    public int FeatureCount => _storage.Length;

    /// <summary>Columns of 32-bit floats.</summary>
    public int FloatColumnCount { get; }

    /// <summary>The most rows.</summary>
    public int CapacityRows { get; }

    /// <summary>Floats from the start of one column to the next: a multiple of 16, and never of a memory page, so that equal rows of many columns do not
    /// fight for the same cache lines.</summary>
    public int ColumnStride { get; }

    /// <summary>Rows held.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than the capacity.</exception>
    public int Rows
    {
        get => _rows;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, CapacityRows);
            _rows = value;
        }
    }

    /// <summary>How a feature is kept.</summary>
    public FeatureStorage Storage(int feature) => _storage[feature];

    /// <summary>The values of a 32-bit float feature, <see cref="Rows"/> long; missing is NaN. A feature taken as it is may share this memory with the unit
    /// it came from: read it, never write it.</summary>
    public Span<float> Column(int feature) => _floats.Slice(FloatOffset(feature), _rows);

    /// <summary>The values of a 64-bit float feature; missing is NaN.</summary>
    public Span<double> DoubleColumn(int feature) => (_doubles[feature] ?? throw Wrong(feature, FeatureStorage.Float64)).Slice(0, _rows);

    /// <summary>The values of a 64-bit integer feature; missing is 0, see <see cref="Present"/>.</summary>
    public Span<long> IntegerColumn(int feature) => (_integers[feature] ?? throw Wrong(feature, FeatureStorage.Int64)).Slice(0, _rows);

    /// <summary>The values of a text feature; they live in the unit they came from, until that is filled again.</summary>
    public TextBuffer TextColumn(int feature) => _storage[feature] == FeatureStorage.Text
        ? _texts[feature] ?? throw new InvalidOperationException($"Feature {feature} has no text yet.")
        : throw Wrong(feature, FeatureStorage.Text);

    /// <summary>Whether a row of an integer or text feature is missing; float features say it by NaN and answer false here.</summary>
    public bool HasMissing(int feature) => _hasMissing[feature];

    /// <summary>Whether a whole number of the source column may not be what the feature's floats hold, because it is too large for them.</summary>
    public bool MayHaveChanged(int feature) => _hasChanged[feature];

    /// <summary>1 where an integer or text feature has a value, else 0; <see cref="Rows"/> long.</summary>
    public Span<byte> Present(int feature) => (_present[feature] ?? throw Wrong(feature, FeatureStorage.Int64)).AsSpan(0, _rows);

    /// <summary>The address of a 32-bit float column's first row, for native code; aligned to 64 bytes, valid until disposal.</summary>
    public nint ColumnAddress(int feature) => _floats.Address(FloatOffset(feature));

    /// <summary>Copies all rows of a matrix of floats row by row, as models with one input tensor want them.</summary>
    /// <param name="target">At least <see cref="Rows"/> times <see cref="FeatureCount"/> long.</param>
    public void CopyRowMajorTo(Span<float> target) => CopyRowMajorTo(target, 0, _rows);

    /// <summary>Copies some rows of a matrix of floats row by row.</summary>
    /// <param name="target">At least <paramref name="rows"/> times <see cref="FeatureCount"/> long.</param>
    /// <param name="fromRow">The first row.</param>
    /// <param name="rows">Rows to copy.</param>
    /// <exception cref="InvalidOperationException">A feature is not a 32-bit float.</exception>
    public void CopyRowMajorTo(Span<float> target, int fromRow, int rows)
    {
        if (FloatColumnCount != FeatureCount)
            throw new InvalidOperationException("Only a matrix of 32-bit floats can be copied row by row.");
        ArgumentOutOfRangeException.ThrowIfNegative(fromRow);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, _rows - fromRow);
        ArgumentOutOfRangeException.ThrowIfLessThan(target.Length, checked(rows * FeatureCount));
        if (rows > 0 && FeatureCount > 0)
            RowMajorCopy.Copy(_floats.Span[fromRow..], ColumnStride, FeatureCount, rows, target);
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        _floats.Dispose();
        foreach (var column in _doubles)
            column?.Dispose();
        foreach (var column in _integers)
            column?.Dispose();
    }

    /// <summary>The memory of all float columns and where a feature begins in it, for decoding into it.</summary>
    internal (AlignedBuffer<float> Buffer, int From) FloatMemory(int feature) => (_floats, FloatOffset(feature));

    internal void SetText(int feature, TextBuffer text, ReadOnlySpan<byte> present, bool hasMissing)
    {
        if (_storage[feature] != FeatureStorage.Text)
            throw Wrong(feature, FeatureStorage.Text);
        _texts[feature] = text;
        SetPresent(feature, present, hasMissing);
    }

    /// <summary>Sets a text of which no row is missing.</summary>
    internal void SetText(int feature, TextBuffer text)
    {
        _texts[feature] = text;
        _hasMissing[feature] = false;
        Present(feature).Fill(1);
    }

    /// <summary>A buffer of the matrix's own for texts that its source does not have.</summary>
    internal TextBuffer OwnText(int feature) => _ownTexts[feature] ??= new TextBuffer(CapacityRows);

    internal void SetPresent(int feature, ReadOnlySpan<byte> present, bool hasMissing)
    {
        _hasMissing[feature] = hasMissing;
        present[.._rows].CopyTo(Present(feature));
    }

    /// <summary>Notes whether a block had missing rows; the first block of a unit forgets the unit before.</summary>
    internal void NoteMissing(int feature, bool isFirstBlock, bool anyMissing) => _hasMissing[feature] = anyMissing || (!isFirstBlock && _hasMissing[feature]);

    /// <summary>Notes whether a unit had whole numbers beyond those that the feature's floats all hold.</summary>
    internal void NoteChanged(int feature, bool anyBeyond) => _hasChanged[feature] = anyBeyond;

    private static int StrideFor(int capacityRows)
    {
        var stride = (capacityRows + FloatsPerLine - 1) / FloatsPerLine * FloatsPerLine;
        return stride * sizeof(float) % BytesPerPage == 0 ? stride + FloatsPerLine : stride;
    }

    private int FloatOffset(int feature) => _slots[feature] >= 0 ? _slots[feature] * ColumnStride : throw Wrong(feature, FeatureStorage.Float32);

    private InvalidOperationException Wrong(int feature, FeatureStorage asked) => new($"Feature {feature} is kept as {_storage[feature]}, not {asked}.");
}
