namespace BatchEngine.Scorer.Forests.Graph;

/// <summary>How <see cref="RowStep"/> works across the columns of a row.</summary>
internal enum RowArithmetic
{
    /// <summary>Divide by the sum of absolute values.</summary>
    NormalizeL1,

    /// <summary>Divide by the largest value.</summary>
    NormalizeMax,

    /// <summary>Divide by the Euclidean length.</summary>
    NormalizeL2,

    /// <summary>Exponentials that add up to 1.</summary>
    Softmax,
}
