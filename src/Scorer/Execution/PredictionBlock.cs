namespace BatchEngine.Scorer.Execution;

/// <summary>The predictions of one batch, column by column, in buffers that are reused from batch to batch and grow only when a batch is larger than all before. Not thread-safe.</summary>
public sealed class PredictionBlock
{
    private readonly float[][] _columns;
    private float[] _confidence;
    private int _rows;

    /// <summary>Creates buffers.</summary>
    /// <param name="outputCount">Floats per prediction, at least 1.</param>
    /// <param name="capacityRows">Rows that fit without growing.</param>
    public PredictionBlock(int outputCount, int capacityRows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputCount, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(capacityRows);
        _columns = new float[outputCount][];
        for (var i = 0; i < outputCount; i++)
            _columns[i] = Allocate(capacityRows);
        _confidence = Allocate(capacityRows);
    }

    /// <summary>Floats per prediction.</summary>
    public int OutputCount => _columns.Length;

    /// <summary>Rows that fit without growing.</summary>
    public int CapacityRows => _confidence.Length;

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
        }
    }

    /// <summary>Largest class probability per row; meaningless when the executor gives no confidence.</summary>
    public Span<float> Confidence => _confidence.AsSpan(0, _rows);

    /// <summary>The values of one output column.</summary>
    public Span<float> Column(int output) => _columns[output].AsSpan(0, _rows);

    /// <summary>The same values as <see cref="Column"/>, for writers that need memory.</summary>
    public Memory<float> ColumnMemory(int output) => _columns[output].AsMemory(0, _rows);

    /// <summary>The same values as <see cref="Confidence"/>, for writers that need memory.</summary>
    public Memory<float> ConfidenceMemory => _confidence.AsMemory(0, _rows);

    private void Grow(int rows)
    {
        for (var i = 0; i < _columns.Length; i++)
            _columns[i] = Allocate(rows);
        _confidence = Allocate(rows);
    }

    // Pinned, so that native code may write into them without a handle per call.
    private static float[] Allocate(int rows) => GC.AllocateUninitializedArray<float>(rows, pinned: true);
}
