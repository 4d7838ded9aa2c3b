using ILGPU;

namespace BatchEngine.Scorer.Gpu;

/// <summary>The trees of a <see cref="RankedForest"/> in device memory, as a kernel is given them.</summary>
internal struct TreeTables
{
    /// <summary><see cref="RankedForest.Nodes"/>.</summary>
    public ArrayView<ulong> Nodes;

    /// <summary><see cref="RankedForest.TreeFrom"/>.</summary>
    public ArrayView<int> TreeFrom;

    /// <summary><see cref="RankedForest.TreeTarget"/>.</summary>
    public ArrayView<int> TreeTarget;

    /// <summary><see cref="RankedForest.StageFrom"/>.</summary>
    public ArrayView<int> StageFrom;

    /// <summary>Where the weights of a leaf begin, for trees without one target.</summary>
    public ArrayView<int> LeafFrom;

    /// <summary>The target of a weight.</summary>
    public ArrayView<int> LeafTargets;

    /// <summary>The weights.</summary>
    public ArrayView<float> LeafWeights;

    /// <summary>Stages.</summary>
    public int StageCount;

    /// <summary>Targets.</summary>
    public int TargetCount;

    /// <summary>-1 for the least, 1 for the largest, 0 for the sum.</summary>
    public int Aggregate;
}
