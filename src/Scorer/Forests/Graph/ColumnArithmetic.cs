namespace BatchEngine.Scorer.Forests.Graph;

/// <summary>What <see cref="ArithmeticStep"/> does with its constant.</summary>
internal enum ColumnArithmetic
{
    /// <summary>x + c.</summary>
    Add,

    /// <summary>x - c.</summary>
    Subtract,

    /// <summary>c - x.</summary>
    SubtractFrom,

    /// <summary>x * c.</summary>
    Multiply,

    /// <summary>x / c.</summary>
    Divide,

    /// <summary>c instead of a missing value, or of the value it stands for.</summary>
    Impute,

    /// <summary>The logistic function.</summary>
    Sigmoid,
}
