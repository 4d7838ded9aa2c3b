namespace BatchEngine.Scorer.Forests.Graph;

/// <summary>Arithmetic across the columns of each row.</summary>
internal sealed unsafe record RowStep(RowArithmetic Kind, int[] From, int[] To) : ColumnStep
{
    /// <inheritdoc/>
    public override void Run(float** columns, int rows)
    {
        var row = new float[From.Length];
        for (var i = 0; i < rows; i++)
        {
            for (var c = 0; c < row.Length; c++)
                row[c] = columns[From[c]][i];
            Apply(row);
            for (var c = 0; c < row.Length; c++)
                columns[To[c]][i] = row[c];
        }
    }

    private void Apply(float[] row)
    {
        if (Kind == RowArithmetic.Softmax)
        {
            ScoreTransforms.Softmax(row);
            return;
        }
        // In the runtime's order of operations: a forest behind this compares the results bit by bit.
        var size = Kind == RowArithmetic.NormalizeMax ? float.MinValue : 0f;
        foreach (var x in row)
        {
            size = Kind switch
            {
                RowArithmetic.NormalizeMax => size < x ? x : size,
                RowArithmetic.NormalizeL1 => size + MathF.Abs(x),
                _ => size + (x * x),
            };
        }
        if (size == 0)
            return;
        foreach (ref var x in row.AsSpan())
            x = Kind != RowArithmetic.NormalizeL2 ? x / size : x < 0 ? -MathF.Sqrt(x * x / size) : MathF.Sqrt(x * x / size);
    }
}
