namespace BatchEngine.Domain;

/// <summary>One float of a prediction vector.</summary>
/// <param name="Name">As the model names it; the elements of a vector output are "name_0", "name_1", ...</param>
/// <param name="Labels">For a text label: the stored float is an index into these; empty for a number.</param>
public sealed record OutputColumn(string Name, IReadOnlyList<string> Labels)
{
    /// <summary>A plain number.</summary>
    public static OutputColumn Number(string name) => new(name, []);
}
