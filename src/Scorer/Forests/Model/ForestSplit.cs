namespace BatchEngine.Scorer.Forests.Model;

/// <summary>A branch in the one form that kernels know: "is x in [From, To)", where To may be missing.</summary>
/// <param name="Feature">The feature.</param>
/// <param name="From">The first value for which the answer is yes; NaN means never.</param>
/// <param name="Beyond">The first value above those; NaN means that the answer stays yes.</param>
/// <param name="Yes">The node after yes.</param>
/// <param name="No">The node after no.</param>
/// <param name="MissingIsYes">A missing value answers yes.</param>
internal readonly record struct ForestSplit(int Feature, float From, float Beyond, int Yes, int No, bool MissingIsYes)
{
    /// <summary>Whether the answer is yes for everything from <see cref="From"/> on.</summary>
    public bool IsOpen => float.IsNaN(Beyond);

    /// <summary>Translates a branch; exact for every float, because "at most t" is "below the next float after t". A set is not one interval: see
    /// <see cref="ForestNode.Set"/>.</summary>
    public static ForestSplit Of(in ForestNode node) => node.Mode switch
    {
        BranchMode.Below => new(node.Feature, node.Threshold, float.NaN, node.False, node.True, !node.MissingIsTrue),
        BranchMode.AtMost => new(node.Feature, After(node.Threshold), float.NaN, node.False, node.True, !node.MissingIsTrue),
        BranchMode.AtLeast => new(node.Feature, node.Threshold, float.NaN, node.True, node.False, node.MissingIsTrue),
        BranchMode.Above => new(node.Feature, After(node.Threshold), float.NaN, node.True, node.False, node.MissingIsTrue),
        BranchMode.Equal => new(node.Feature, node.Threshold, After(node.Threshold), node.True, node.False, node.MissingIsTrue),
        BranchMode.NotEqual => new(node.Feature, node.Threshold, After(node.Threshold), node.False, node.True, false),
        _ => throw new InvalidOperationException($"A node of mode {node.Mode} is no interval."),
    };

    /// <summary>The next float; NaN (never reached) after infinity.</summary>
    public static float After(float value) => float.IsPositiveInfinity(value) ? float.NaN : float.BitIncrement(value);

    /// <summary>The answer for one value.</summary>
    public bool Answer(float x) => float.IsNaN(x) ? MissingIsYes : x >= From && !(x >= Beyond);
}
