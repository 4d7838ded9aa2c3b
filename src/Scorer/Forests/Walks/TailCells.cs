using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Forests.Walks;

/// <summary>
/// The features of some rows as keys, sixteen rows side by side: one cache line a column, the columns of sixteen rows one after the other. Columns of the
/// caller lie a power of two apart as often as not
/// and would fight for the same cache sets. Not thread-safe.
/// </summary>
internal sealed unsafe class TailCells : IDisposable
{
    /// <summary>Rows side by side.</summary>
    public const int Lanes = 16;

    private readonly AlignedBuffer<int> _cells;
    private readonly int[] _features;
    private readonly bool _hasMissing;

    public TailCells(TailForest forest, int maxRows)
    {
        (_features, _hasMissing) = (forest.Features, forest.HasMissing);
        Columns = 1 + (_hasMissing ? 2 : 1) * _features.Length;
        var lines = (maxRows + Lanes - 1) / Lanes;
        _cells = new AlignedBuffer<int>(checked(lines * Columns * Lanes));
        for (var line = 0; line < lines; line++)
            _cells.Slice(line * Columns * Lanes, Lanes).Fill(FloatKey.Lowest);
    }

    /// <summary>Columns of a line, the leaves' first.</summary>
    public int Columns { get; }

    /// <summary>The lines, each of a number of columns times <see cref="Lanes"/> integers.</summary>
    public byte* Address => (byte*)_cells.Address(0);

    /// <summary>Where the lines of a row begin, at its lane.</summary>
    public byte* AddressOf(int row) => Address + ((long)(row / Lanes) * LineBytes) + (row % Lanes * sizeof(int));

    /// <summary>Bytes from one sixteen rows to the next.</summary>
    public int LineBytes => Columns * Lanes * sizeof(int);

    /// <summary>Takes rows over; true when one of their values is missing.</summary>
    public bool Fill(float** columns, int from, int rows)
    {
        var missing = Vector128<int>.Zero;
        var last = stackalloc float[Lanes];
        for (var i = 0; i < _features.Length; i++)
        {
            var values = columns[_features[i]] + from;
            var to = Address + ((1 + i) * Lanes * sizeof(int));
            var whole = rows / Lanes;
            Take(values, to, whole, ref missing);
            if (whole * Lanes == rows)
                continue;
            for (var lane = 0; lane < Lanes; lane++)
                last[lane] = values[Math.Min((whole * Lanes) + lane, rows - 1)];
            Take(last, to + ((long)whole * LineBytes), 1, ref missing);
        }
        return missing != Vector128<int>.Zero;
    }

    /// <inheritdoc/>
    public void Dispose() => _cells.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Take(float* values, byte* to, int lines, ref Vector128<int> missing)
    {
        var second = _hasMissing ? _features.Length * Lanes * sizeof(int) : 0;
        var any = missing;
        for (var line = 0; line < lines; line++, values += Lanes, to += LineBytes)
        {
            for (var lane = 0; lane < Lanes; lane += 4)
            {
                var x = Vector128.Load(values + lane) + Vector128<float>.Zero;
                var bits = x.AsInt32();
                var key = bits ^ (Vector128.ShiftRightArithmetic(bits, 31) & Vector128.Create(int.MaxValue));
                var isMissing = ~Vector128.Equals(x, x).AsInt32();
                any |= isMissing;
                Vector128.ConditionalSelect(isMissing, Vector128.Create(FloatKey.Highest), key).Store((int*)(to + second) + lane);
                Vector128.ConditionalSelect(isMissing, Vector128.Create(FloatKey.Lowest), key).Store((int*)to + lane);
            }
        }
        missing = any;
    }
}
