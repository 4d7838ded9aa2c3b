using BatchEngine.Domain;

namespace BatchEngine.Scorer.Execution;

/// <summary>One model output and the prediction columns it fills.</summary>
/// <param name="Spec">As the model declares it.</param>
/// <param name="Shapes">As it comes from the runtime: one, or one for each tensor of a sequence; none for maps.</param>
/// <param name="FirstColumn">Its first prediction column.</param>
/// <param name="Columns">Its prediction columns.</param>
/// <param name="Labels">The labels of a text output, or the keys of a sequence of maps, in column order.</param>
internal sealed record OutputPart(TensorSpec Spec, IReadOnlyList<OutputShape> Shapes, int FirstColumn, IReadOnlyList<OutputColumn> Columns,
    IReadOnlyList<string> Labels)
{
    /// <summary>Values that it gives a row: as many as its columns, or half of them where each takes two.</summary>
    public int Width { get; } = Columns.Count(c => c.IsNamed);

    /// <summary>Whether each value takes two columns.</summary>
    public bool IsWide => Columns.Count > 0 && Columns[0].Kind == OutputKind.WideInteger;
}
