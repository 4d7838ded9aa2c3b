namespace BatchEngine.Scorer.Forests.Model;

/// <summary>What is done to the scores of one row after the trees.</summary>
internal enum PostTransform
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Exponentials that add up to 1.</summary>
    Softmax = 1,

    /// <summary>1 / (1 + exp(-x)).</summary>
    Logistic = 2,

    /// <summary>Softmax that leaves zeros at zero.</summary>
    SoftmaxZero = 3,

    /// <summary>The inverse of the normal distribution's integral.</summary>
    Probit = 4,
}
