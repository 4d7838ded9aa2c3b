using BatchEngine.Domain;

namespace BatchEngine.Scorer.Execution;

/// <summary>One model output and the prediction columns it fills.</summary>
/// <param name="Spec">As the model declares it.</param>
/// <param name="FirstColumn">Its first prediction column.</param>
/// <param name="Columns">Its prediction columns.</param>
/// <param name="Labels">The labels of a text output, or the keys of a sequence of maps, in column order.</param>
internal sealed record OutputPart(TensorSpec Spec, int FirstColumn, IReadOnlyList<OutputColumn> Columns, IReadOnlyList<string> Labels)
{
    /// <summary>The shape for a number of rows, when the output is bound ahead.</summary>
    public long[] ShapeFor(int rows) => Spec.Shape.Count switch
    {
        <= 1 => [rows],
        2 => [rows, Columns.Count],
        _ => [rows, .. Spec.Shape.Skip(1)],
    };
}
