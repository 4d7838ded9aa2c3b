namespace BatchEngine.Domain;

/// <summary>Whether a model is another one with trees appended. Match it exhaustively.</summary>
public abstract record ModelGrowth
{
    private ModelGrowth()
    {
    }

    /// <summary>Its first trees are the parent's, in the same order, and everything before and after the trees is the same.</summary>
    /// <param name="ParentTrees">The parent's trees.</param>
    /// <param name="Trees">All trees, more than the parent's.</param>
    /// <param name="Common">The digest of the common trees.</param>
    public sealed record Grown(int ParentTrees, int Trees, Digest Common) : ModelGrowth;

    /// <summary>It is another model.</summary>
    /// <param name="Reason">In what, for a person.</param>
    public sealed record Another(string Reason) : ModelGrowth;
}
