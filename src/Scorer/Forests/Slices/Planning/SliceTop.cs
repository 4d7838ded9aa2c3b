using BatchEngine.Scorer.Forests.Walks;

namespace BatchEngine.Scorer.Forests.Slices.Planning;

/// <summary>The upper part of a tree that is decided in bits: all of it when it has few leaves, else the part with the wanted number of exits below which the
/// rest is lowest. Nodes are counted anew: branches inside first, then the exits from left to right.</summary>
/// <param name="Nodes">The model's nodes by number.</param>
/// <param name="InnerCount">How many of them are branches inside; the root is 0.</param>
/// <param name="No">By branch the number of the node after no.</param>
/// <param name="Yes">By branch the number of the node after yes.</param>
/// <param name="IsShared">Whether a node can be reached in two ways.</param>
internal sealed record SliceTop(int[] Nodes, int InnerCount, int[] No, int[] Yes, bool IsShared)
{
    /// <summary>The model's nodes where it ends.</summary>
    public ReadOnlySpan<int> Exits => Nodes.AsSpan(InnerCount);

    /// <summary>How many exits it has.</summary>
    public int ExitCount => Nodes.Length - InnerCount;

    /// <summary>The most steps from an exit to a leaf.</summary>
    public int StepsBelow(WalkForest walk)
    {
        var most = 0;
        foreach (var exit in Exits)
            most = Math.Max(most, walk.HeightOf(exit));
        return most;
    }
}
