using BatchEngine.Domain;

namespace BatchEngine.Scorer.Execution;

/// <summary>Which model output fills which prediction columns.</summary>
/// <param name="Parts">In the model's order.</param>
/// <param name="Columns">One per float.</param>
/// <param name="ProbabilityFrom">The first column of the class probabilities; -1 means none.</param>
/// <param name="ProbabilityCount">How many columns they fill.</param>
internal sealed record OutputLayout(IReadOnlyList<OutputPart> Parts, IReadOnlyList<OutputColumn> Columns, int ProbabilityFrom, int ProbabilityCount)
{
    /// <summary>Whether a confidence can be told.</summary>
    public bool GivesConfidence => ProbabilityFrom >= 0;

    /// <summary>Whether every output is a plain tensor of numbers, so that buffers can be bound ahead.</summary>
    public bool CanBind => Parts.All(p => p.Spec.Element is not (TensorElement.Text or TensorElement.SequenceOfMaps));
}
