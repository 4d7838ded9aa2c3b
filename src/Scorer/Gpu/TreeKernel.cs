using ILGPU;

namespace BatchEngine.Scorer.Gpu;

/// <summary>The kernel that walks the trees and adds up their leaves. A thread is one row; a group brings the trees of a stage into shared memory and walks
/// them all before the next stage.</summary>
/// <remarks>Scores are combined tree after tree in 32-bit floats, additions only, so they are the processor's bits.</remarks>
internal static class TreeKernel
{
    /// <summary>Fills the sums of a tile.</summary>
    /// <param name="ranks">The ranks, feature after feature.</param>
    /// <param name="rows">Rows of the tile, and so the distance from feature to feature and from target to target.</param>
    /// <param name="trees">The forest.</param>
    /// <param name="sums">Receives target after target.</param>
    public static void Run<TRank>(ArrayView<TRank> ranks, int rows, TreeTables trees, ArrayView<float> sums)
        where TRank : unmanaged, IDeviceRank<TRank>
    {
        var staged = SharedMemory.Allocate<ulong>(RankedForestBuilder.MaxStageNodes);
        var row = (Grid.IdxX * Group.DimX) + Group.IdxX;
        var isRow = row < rows;
        if (isRow)
            Start(trees, sums, rows, row);
        var current = 0;
        var score = Neutral(trees.Aggregate);
        for (var stage = 0; stage < trees.StageCount; stage++)
        {
            var (tree, end) = (trees.StageFrom[stage], trees.StageFrom[stage + 1]);
            var first = trees.TreeFrom[tree];
            var length = trees.TreeFrom[end] - first;
            var isStaged = length <= RankedForestBuilder.MaxStageNodes;
            Group.Barrier();
            for (var i = Group.IdxX; isStaged && i < length; i += Group.DimX)
                staged[i] = trees.Nodes[first + i];
            Group.Barrier();
            for (; isRow && tree < end; tree++)
            {
                var from = trees.TreeFrom[tree];
                var leaf = isStaged ? Walk(staged, from - first, ranks, rows, row) : Walk(trees.Nodes, from, ranks, rows, row);
                var target = trees.TreeTarget[tree];
                if (target != current)
                {
                    // The score at hand goes back to memory, and the one that the tree adds to is fetched; a list of targets works in memory.
                    if (current >= 0)
                        sums[((long)current * rows) + row] = score;
                    if (target >= 0)
                        score = sums[((long)target * rows) + row];
                    current = target;
                }
                if (target >= 0)
                    score = Combine(trees.Aggregate, score, Interop.IntAsFloat(leaf));
                else
                    AddList(trees, (int)leaf, sums, rows, row);
            }
        }
        if (isRow && current >= 0)
            sums[((long)current * rows) + row] = score;
    }

    // Places fit 32 bits (see TileLane), which halves the arithmetic of a step.
    private static uint Walk<TRank>(ArrayView<ulong> nodes, int from, ArrayView<TRank> ranks, int rows, int row)
        where TRank : unmanaged, IDeviceRank<TRank>
    {
        var node = nodes[from];
        while (node >> 49 != RankedForest.LeafFeature)
        {
            var question = (uint)(node >> 32);
            var rank = ranks[((int)(question >> 17) * rows) + row].Value;
            // A missing value's rank, 0, wraps to the largest where missing answers yes.
            var yes = (uint)rank - ((question >> 16) & 1) >= (question & 0xFFFF) ? 1 : 0;
            node = nodes[from + (int)(uint)node + yes];
        }
        return (uint)node;
    }

    private static void Start(TreeTables trees, ArrayView<float> sums, int rows, int row)
    {
        for (var target = 0; target < trees.TargetCount; target++)
            sums[((long)target * rows) + row] = Neutral(trees.Aggregate);
    }

    private static void AddList(TreeTables trees, int leaf, ArrayView<float> sums, int rows, int row)
    {
        for (var i = trees.LeafFrom[leaf]; i < trees.LeafFrom[leaf + 1]; i++)
        {
            var at = ((long)trees.LeafTargets[i] * rows) + row;
            sums[at] = Combine(trees.Aggregate, sums[at], trees.LeafWeights[i]);
        }
    }

    private static float Neutral(int aggregate) => aggregate < 0 ? float.PositiveInfinity : aggregate > 0 ? float.NegativeInfinity : 0f;

    private static float Combine(int aggregate, float score, float value)
    {
        if (aggregate == 0)
            return score + value;
        if (aggregate < 0)
            return value < score ? value : score;
        return value > score ? value : score;
    }
}
