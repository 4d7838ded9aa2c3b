namespace BatchEngine.Scorer.Forests.Walks;

/// <summary>A stretch of trees whose nodes fit into the second-level cache together.</summary>
internal readonly record struct TailGroup(int From, int ToExclusive);

/// <summary>What lies below the exits of all trees, tree by tree. Immutable, shared by all workers.</summary>
internal sealed class TailForest
{
    /// <summary>The most columns that a <see cref="TailNode.Cell"/> can name, the one of leaves not counted.</summary>
    public const int MaxColumns = 8_190;

    /// <summary>Units of <see cref="TailNode.Cell"/> from one column to the next: sixteen rows of four bytes.</summary>
    public const int CellsPerColumn = TailCells.Lanes * sizeof(int) / 8;

    /// <summary>All nodes, for rows without missing values.</summary>
    public required TailNode[] Dense { get; init; }

    /// <summary>The same for rows with missing values; the same array when no branch sends them to yes.</summary>
    public required TailNode[] Missing { get; init; }

    /// <summary>The node at every exit's number, tree after tree.</summary>
    public required int[] Exits { get; init; }

    /// <summary>Where each tree's exits begin in <see cref="Exits"/>.</summary>
    public required int[] ExitsFrom { get; init; }

    /// <summary>The most steps from an exit to a leaf, by tree.</summary>
    public required int[] Steps { get; init; }

    /// <summary>The features asked for, in the order of their columns.</summary>
    public required int[] Features { get; init; }

    /// <summary>Trees that are walked together.</summary>
    public required TailGroup[] Groups { get; init; }

    /// <summary>Whether each column stands twice: missing values answer no in the first and yes in the second.</summary>
    public bool HasMissing => !ReferenceEquals(Dense, Missing);

    /// <summary>The number of trees.</summary>
    public int TreeCount => Steps.Length;
}
