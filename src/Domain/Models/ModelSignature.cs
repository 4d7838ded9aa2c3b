namespace BatchEngine.Domain;

/// <summary>What a model reads and what it gives, as its own file says.</summary>
/// <param name="Inputs">In the model's order.</param>
/// <param name="Outputs">In the model's order.</param>
public sealed record ModelSignature(IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs)
{
    /// <summary>Whether the model reads all features as one tensor of shape [rows, features], or with more dimensions behind the rows.</summary>
    public bool TakesOneMatrix => Inputs.Count == 1 && Inputs[0].Shape.Count >= 2 && Inputs[0].Shape.Skip(1).Any(d => d != 1);

    /// <summary>Of a model that takes one matrix: its features; -1 where the file does not say.</summary>
    public long MatrixWidth => Inputs[0].Shape.Skip(1).Any(d => d <= 0) ? -1 : Inputs[0].Shape.Skip(1).Aggregate(1L, (product, d) => product * d);
}
