using BatchEngine.Domain;

namespace BatchEngine.Scorer.Execution;

/// <summary>The predictions of one unit, column by column, in buffers that are reused from unit to unit and grow only when a unit is larger than all
/// before. Not thread-safe.</summary>
public sealed class UnitPredictions
{
    private readonly List<RefusedRow> _refused = [];
    private readonly int _columnCount;
    private float[] _values;
    private float[] _confidence;
    private int _rows;

    /// <summary>Creates buffers.</summary>
    /// <param name="outputCount">Floats per prediction, at least 1.</param>
    /// <param name="capacityRows">Rows that fit without growing.</param>
    /// <param name="keptSums">Sums of a forest that are kept behind the outputs; default none. Only forests fill them
    /// (<see cref="LoadedModel.SumCount"/>).</param>
    public UnitPredictions(int outputCount, int capacityRows, int keptSums = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputCount, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(capacityRows);
        ArgumentOutOfRangeException.ThrowIfNegative(keptSums);
        KeptSums = keptSums;
        _columnCount = outputCount + keptSums;
        _values = Allocate(checked(_columnCount * capacityRows));
        _confidence = Allocate(capacityRows);
    }

    /// <summary>Floats per prediction.</summary>
    public int OutputCount => _columnCount - KeptSums;

    /// <summary>Sums that are kept behind the outputs, as further columns.</summary>
    public int KeptSums { get; }

    /// <summary>The first column of sums to go on from: behind the outputs, or the first output when none are kept.</summary>
    public int KeptFrom => KeptSums > 0 ? OutputCount : 0;

    /// <summary>Rows that fit without growing; also the floats from one output column to the next in <see cref="Values"/>.</summary>
    public int CapacityRows => _confidence.Length;

    /// <summary>All output columns, and the kept sums behind them, end to end: output c of row r is at c * <see cref="CapacityRows"/> + r.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>The same as <see cref="Values"/>, for writing predictions that no executor made.</summary>
    internal Span<float> WritableValues => _values;

    /// <summary>Rows whose label is not the class of the largest probability; 0 where that is not known.</summary>
    public int LabelsBesideTheLargest { get; internal set; }

    /// <summary>Rows that the model refused; their outputs are NaN. Forgotten when <see cref="Rows"/> is set.</summary>
    public IReadOnlyList<RefusedRow> Refused => _refused;

    /// <summary>Rows in the block; setting it grows the buffers when needed, and then their content is lost.</summary>
    public int Rows
    {
        get => _rows;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            if (value > CapacityRows)
                Grow(value);
            _rows = value;
            _refused.Clear();
            LabelsBesideTheLargest = 0;
        }
    }

    /// <summary>Largest class probability per row; meaningless when the executor gives no confidence.</summary>
    public Span<float> Confidence => _confidence.AsSpan(0, _rows);

    /// <summary>The values of one output column, or of a kept sum behind them.</summary>
    public Span<float> Column(int output) => _values.AsSpan(From(output), _rows);

    /// <summary>Notes a row that the model refuses.</summary>
    internal void Refuse(int row, string message)
    {
        for (var column = 0; column < _columnCount; column++)
            Column(column)[row] = float.NaN;
        _confidence[row] = float.NaN;
        _refused.Add(new RefusedRow(row, message));
    }

    /// <summary>Copies the 64-bit integers of two columns.</summary>
    /// <param name="output">The column of the lower halves.</param>
    /// <param name="target">At least <see cref="Rows"/> long.</param>
    public void CopyIntegersTo(int output, Span<long> target)
    {
        var lower = Column(output);
        var upper = Column(output + 1);
        for (var row = 0; row < lower.Length; row++)
            target[row] = IntegerHalves.Join(lower[row], upper[row]);
    }

    /// <summary>The 64-bit integers of two columns, in a new array.</summary>
    /// <param name="output">The column of the lower halves.</param>
    public long[] Integers(int output)
    {
        var values = new long[_rows];
        CopyIntegersTo(output, values);
        return values;
    }

    private int From(int output)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)output, (uint)_columnCount);
        return output * CapacityRows;
    }

    private void Grow(int rows)
    {
        _values = Allocate(checked(_columnCount * rows));
        _confidence = Allocate(rows);
    }

    // Pinned, so that native code may write into them without a handle per call.
    private static float[] Allocate(int count) => GC.AllocateUninitializedArray<float>(count, pinned: true);
}
