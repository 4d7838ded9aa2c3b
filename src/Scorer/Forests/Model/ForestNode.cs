namespace BatchEngine.Scorer.Forests.Model;

/// <summary>One node as the model's file says.</summary>
/// <param name="Mode">The question; <see cref="BranchMode.Leaf"/> for a leaf.</param>
/// <param name="Feature">The feature asked for.</param>
/// <param name="Threshold">What it is compared with.</param>
/// <param name="MissingIsTrue">A missing value goes to the true side.</param>
/// <param name="True">The node after "yes"; of a leaf its number among all leaves.</param>
/// <param name="False">The node after "no"; of a set its number among all sets is in <paramref name="Set"/>.</param>
/// <param name="Set">The set of a <see cref="BranchMode.Member"/> node, else -1.</param>
internal readonly record struct ForestNode(BranchMode Mode, int Feature, float Threshold, bool MissingIsTrue, int True, int False, int Set)
{
    /// <summary>Whether the tree ends here.</summary>
    public bool IsLeaf => Mode == BranchMode.Leaf;

    /// <summary>A leaf.</summary>
    public static ForestNode Leaf(int leaf) => new(BranchMode.Leaf, 0, 0, false, leaf, -1, -1);
}
