namespace BatchEngine.Domain;

/// <summary>One place of a column of lists, read as a column of its own.</summary>
/// <param name="List">The column of lists.</param>
/// <param name="Index">The place in each list, counted from 0.</param>
/// <param name="Length">The elements that each list is to have; a row with another number is rejected.</param>
public sealed record ListElement(string List, int Index, int Length)
{
    /// <summary>The name of a place, as a column and as a feature: "emb[3]".</summary>
    public static string NameOf(string list, int index) => FormattableString.Invariant($"{list}[{index}]");
}
