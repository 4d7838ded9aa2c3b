namespace BatchEngine.Domain;

/// <summary>The name, element type and shape of one model input or output.</summary>
/// <param name="Name">The name in the model's graph.</param>
/// <param name="Element">The element type.</param>
/// <param name="Shape">Dimensions, outermost first; -1 is a dimension that varies (the batch).</param>
public sealed record TensorSpec(string Name, TensorElement Element, IReadOnlyList<long> Shape)
{
    /// <summary>"name float32[-1,8]".</summary>
    public override string ToString() => $"{Name} {Element.ToString().ToLowerInvariant()}[{string.Join(',', Shape)}]";
}
