using BatchEngine.Domain;

namespace BatchEngine.Scorer.Execution;

/// <summary>Which model output fills which prediction columns.</summary>
/// <param name="Parts">The outputs that are read, in the model's order.</param>
/// <param name="Columns">32 bits each.</param>
/// <param name="Probabilities">Which columns are class probabilities; null means none.</param>
/// <param name="CanBind">Whether buffers can be given to the runtime ahead: every output is a plain tensor of numbers whose shape a trial run showed.</param>
internal sealed record OutputLayout(IReadOnlyList<OutputPart> Parts, IReadOnlyList<OutputColumn> Columns, ProbabilityColumns? Probabilities, bool CanBind)
{
    /// <summary>Whether a confidence can be told.</summary>
    public bool GivesConfidence => Probabilities is not null;
}
