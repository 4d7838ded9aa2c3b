namespace BatchEngine.Scorer.Forests.Model;

/// <summary>Where a node stands in the model's file, for errors.</summary>
/// <param name="Tree">The tree's id.</param>
/// <param name="Node">The node's id.</param>
internal readonly record struct NodePlace(long Tree, long Node)
{
    /// <summary>"tree 3, node 17".</summary>
    public override string ToString() => $"tree {Tree}, node {Node}";
}
