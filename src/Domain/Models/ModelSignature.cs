namespace BatchEngine.Domain;

/// <summary>What a model reads and what it gives, as its own file says.</summary>
/// <param name="Inputs">In the model's order.</param>
/// <param name="Outputs">In the model's order.</param>
public sealed record ModelSignature(IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs)
{
    /// <summary>Whether the model reads all features as one tensor of shape [rows, features], or with more dimensions behind the rows.</summary>
    public bool TakesOneMatrix => Inputs.Count == 1 && Inputs[0].Shape.Count >= 2 && Inputs[0].Shape.Skip(1).Any(d => d != 1);

    /// <summary>Of a model that takes one matrix: its features; -1 where the file does not say.</summary>
    public long MatrixWidth => TakesOneMatrix ? WidthOf(Inputs[0]) : 0;

    /// <summary>Whether each input takes one column, so that its name can be the column's.</summary>
    public bool TakesColumns => Inputs.All(i => i.Shape.Count == 0 || WidthOf(i) == 1);

    /// <summary>Names for the values of all inputs, in the model's order: an input's own where it takes one, else "name_0", "name_1", ...; null where the file
    /// does not say how many it takes.</summary>
    public IReadOnlyList<string>? ValueNames() => Inputs.Any(i => WidthOf(i) < 1) ? null
        : [.. Inputs.SelectMany(i =>
            WidthOf(i) == 1 ? [i.Name] : Enumerable.Range(0, (int)WidthOf(i)).Select(k => FormattableString.Invariant($"{i.Name}_{k}")))];

    /// <summary>Values a row that an input takes; -1 where the file does not say.</summary>
    public static long WidthOf(TensorSpec input) => input.Shape.Count == 0 || input.Shape.Skip(1).Any(d => d <= 0) ? -1
        : input.Shape.Skip(1).Aggregate(1L, (product, d) => product * d);
}
