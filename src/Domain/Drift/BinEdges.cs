namespace BatchEngine.Domain;

/// <summary>Fixed edges of a column's bins; profiles over equal edges merge and compare.</summary>
/// <param name="Column">The column.</param>
/// <param name="Edges">Strictly increasing and finite, at most 255; bin 0 is below the first, bin n at or above the last. Empty for a text column.</param>
/// <param name="Categories">The known categories of a text column, sorted (ordinal), at most 255; empty for a numeric one.</param>
public sealed record BinEdges(string Column, IReadOnlyList<float> Edges, IReadOnlyList<string> Categories)
{
    /// <summary>The most edges or categories.</summary>
    public const int MaxEdges = 255;

    /// <summary>Bins that other values of a text column are spread over by their hash, so that something can drift among them too; default 1.</summary>
    public int Buckets { get; init; } = 1;

    /// <summary>Whether the column holds text.</summary>
    public bool IsCategorical => Categories.Count > 0;

    /// <summary>Whether no value was known when the edges were chosen: everything falls into one bin.</summary>
    public bool IsUnknown => Categories.Count == 0 && Edges.Count == 0;

    /// <summary>Whether each bin of a numeric column is one value or a gap between two: the values are few.</summary>
    public bool IsOfValues => Edges.Count > 1 && Edges[1] == float.BitIncrement(Edges[0]);

    /// <summary>Bins: one more than edges, or one per category and those of all others.</summary>
    public int BinCount => IsCategorical ? Categories.Count + Buckets : Edges.Count + 1;

    /// <summary>Whether counts over both can be compared.</summary>
    public bool HasBinsOf(BinEdges other) => Buckets == other.Buckets && Edges.SequenceEqual(other.Edges) && Categories.SequenceEqual(other.Categories);
}
