namespace BatchEngine.Domain;

/// <summary>The base run's model, to which this run's model only appends trees: what the base says of an unchanged row is where its appended trees go
/// on.</summary>
/// <param name="Parent">The base run's model.</param>
/// <param name="ParentTrees">Its trees, at least 1.</param>
/// <param name="Trees">All trees of this run's model, more than those.</param>
/// <param name="Common">The digest of the common trees, by which it was told.</param>
public sealed record GrownModel(ModelVersion Parent, int ParentTrees, int Trees, Digest Common)
{
    /// <summary>The share of the trees that an unchanged row is spared, above 0 and below 1.</summary>
    public double SparedShare => (double)ParentTrees / Trees;
}
