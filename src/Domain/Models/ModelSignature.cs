namespace BatchEngine.Domain;

/// <summary>What a model reads and what it gives, as its own file says.</summary>
/// <param name="Inputs">In the model's order.</param>
/// <param name="Outputs">In the model's order.</param>
public sealed record ModelSignature(IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs)
{
    /// <summary>Whether the model reads all features as one tensor of shape [rows, features].</summary>
    public bool TakesOneMatrix => Inputs.Count == 1 && Inputs[0].Shape.Count == 2 && Inputs[0].Shape[1] != 1;
}
