namespace BatchEngine.Domain;

/// <summary>The 32 bits of a prediction vector that one number, label or half of a 64-bit integer takes.</summary>
/// <param name="Name">As the model names it; the elements of a vector output are "name_0", "name_1", ...</param>
/// <param name="Labels">For a text label: the stored float is an index into these; empty for a number.</param>
public sealed record OutputColumn(string Name, IReadOnlyList<string> Labels)
{
    /// <summary>What its bits are; default a float.</summary>
    public OutputKind Kind { get; init; }

    /// <summary>Whether it is a value of its own, so that files and answers name it: every column but the upper half of an integer.</summary>
    public bool IsNamed => Kind != OutputKind.UpperHalf;

    /// <summary>A plain number.</summary>
    public static OutputColumn Number(string name) => new(name, []);

    /// <summary>A whole number that a float holds exactly.</summary>
    public static OutputColumn Integer(string name) => new(name, []) { Kind = OutputKind.Integer };

    /// <summary>The two columns of a 64-bit integer.</summary>
    public static OutputColumn[] Wide(string name) =>
        [new OutputColumn(name, []) { Kind = OutputKind.WideInteger }, new OutputColumn(name, []) { Kind = OutputKind.UpperHalf }];
}
