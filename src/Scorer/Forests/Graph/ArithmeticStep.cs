namespace BatchEngine.Scorer.Forests.Graph;

/// <summary>Arithmetic on one column.</summary>
internal sealed unsafe record ArithmeticStep(ColumnArithmetic Kind, int From, int To, float Constant, float Replaced = float.NaN) : ColumnStep
{
    /// <inheritdoc/>
    public override void Run(float** columns, int rows)
    {
        var from = new ReadOnlySpan<float>(columns[From], rows);
        var to = new Span<float>(columns[To], rows);
        for (var i = 0; i < to.Length; i++)
        {
            var x = from[i];
            to[i] = Kind switch
            {
                ColumnArithmetic.Add => x + Constant,
                ColumnArithmetic.Subtract => x - Constant,
                ColumnArithmetic.SubtractFrom => Constant - x,
                ColumnArithmetic.Multiply => x * Constant,
                ColumnArithmetic.Divide => x / Constant,
                ColumnArithmetic.Sigmoid => ScoreTransforms.Logistic(x),
                _ => x == Replaced || (float.IsNaN(x) && float.IsNaN(Replaced)) ? Constant : x,
            };
        }
    }
}
