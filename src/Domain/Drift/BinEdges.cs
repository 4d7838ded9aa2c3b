namespace BatchEngine.Domain;

/// <summary>Fixed edges of a column's bins; profiles over equal edges merge and compare.</summary>
/// <param name="Column">The column.</param>
/// <param name="Edges">Strictly increasing and finite, at most 255; bin 0 is below the first, bin n at or above the last. Empty for a text column.</param>
/// <param name="Categories">The known categories of a text column, sorted (ordinal), at most 255; empty for a numeric one.</param>
public sealed record BinEdges(string Column, IReadOnlyList<float> Edges, IReadOnlyList<string> Categories)
{
    /// <summary>The most edges or categories.</summary>
    public const int MaxEdges = 255;

    /// <summary>Whether the column holds text.</summary>
    public bool IsCategorical => Categories.Count > 0;

    /// <summary>Bins: one more than edges, or one per category and one for unseen ones.</summary>
    public int BinCount => IsCategorical ? Categories.Count + 1 : Edges.Count + 1;
}
