namespace BatchEngine.Scorer.Execution;

/// <summary>The columns of class probabilities.</summary>
/// <param name="From">The first one.</param>
/// <param name="Count">How many.</param>
/// <param name="Classes">How many of them, side by side, are the classes of one label: all of them for a classifier of one label. 1 means that each column is
/// the probability of a label of its own, against its opposite.</param>
internal sealed record ProbabilityColumns(int From, int Count, int Classes)
{
    /// <summary>The label that the model gives beside them; null means that there is none, that there are several, or that nothing says which class is
    /// which.</summary>
    public GivenLabel? Label { get; init; }
}
