using System.Runtime.CompilerServices;

namespace BatchEngine.Scorer.Execution.Forests;

/// <summary>Walks trees without branches, eight at a time so that their loads overlap: eight rows of one tree, or for few rows eight trees of one row. For single rows and for what other kernels cannot take.</summary>
internal sealed unsafe class WalkKernel : ForestKernel
{
    private const int Lanes = 8;
    private const int BlockRows = 256;

    private readonly ForestModel _model;
    private readonly WalkForest _walk;

    public WalkKernel(ForestModel model, WalkForest walk) => (_model, _walk) = (model, walk);

    /// <inheritdoc/>
    public override string Name => ForestKernels.Walk;

    /// <inheritdoc/>
    public override void Sum(float** columns, int rows, float* sums, int stride)
    {
        for (var target = 0; target < _model.TargetCount; target++)
            new Span<float>(sums + ((long)target * stride), rows).Fill(StartOf(_model.Aggregate));
        var whole = rows / Lanes * Lanes;
        for (var from = 0; from < whole; from += BlockRows)
            SumRows(columns, from, Math.Min(from + BlockRows, whole), sums, stride);
        for (var row = whole; row < rows; row++)
            SumTrees(columns, row, sums + row, stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SumRows(float** columns, int from, int toExclusive, float* sums, int stride)
    {
        var leaves = stackalloc int[Lanes];
        fixed (WalkNode* nodes = _walk.Nodes)
        {
            for (var tree = 0; tree < _walk.Roots.Length; tree++)
            {
                for (var row = from; row < toExclusive; row += Lanes)
                {
                    for (var lane = 0; lane < Lanes; lane++)
                        leaves[lane] = _walk.Roots[tree];
                    WalkRows(nodes, columns, row, leaves, _walk.Heights[tree]);
                    for (var lane = 0; lane < Lanes; lane++)
                        Take(nodes[leaves[lane]].Threshold, sums + row + lane, stride);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SumTrees(float** columns, int row, float* sums, int stride)
    {
        var at = stackalloc int[Lanes];
        fixed (WalkNode* nodes = _walk.Nodes)
        {
            for (var tree = 0; tree < _walk.Roots.Length; tree += Lanes)
            {
                var count = Math.Min(Lanes, _walk.Roots.Length - tree);
                var height = 0;
                for (var lane = 0; lane < Lanes; lane++)
                {
                    at[lane] = _walk.Roots[Math.Min(tree + lane, _walk.Roots.Length - 1)];
                    height = Math.Max(height, _walk.Heights[Math.Min(tree + lane, _walk.Roots.Length - 1)]);
                }
                WalkTrees(nodes, columns, row, at, height);
                for (var lane = 0; lane < count; lane++)
                    Take(nodes[at[lane]].Threshold, sums, stride);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Take(float leafValue, float* sums, int stride)
    {
        if (_walk.IsSingle)
        {
            *sums = _model.Aggregate is ForestAggregate.Sum or ForestAggregate.Average ? *sums + leafValue : Combine(_model.Aggregate, *sums, leafValue);
            return;
        }
        var leaf = BitConverter.SingleToInt32Bits(leafValue);
        for (var i = _model.LeafFrom[leaf]; i < _model.LeafFrom[leaf + 1]; i++)
        {
            var score = sums + ((long)_model.LeafTargets[i] * stride);
            *score = Combine(_model.Aggregate, *score, _model.LeafWeights[i]);
        }
    }

    /// <summary>Moves eight rows down so many steps from the nodes at hand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void WalkRows(WalkNode* nodes, float** columns, int row, int* at, int steps)
    {
        var (a0, a1, a2, a3, a4, a5, a6, a7) = (at[0], at[1], at[2], at[3], at[4], at[5], at[6], at[7]);
        for (var step = 0; step < steps; step++)
        {
            a0 = Next(nodes, a0, columns, row);
            a1 = Next(nodes, a1, columns, row + 1);
            a2 = Next(nodes, a2, columns, row + 2);
            a3 = Next(nodes, a3, columns, row + 3);
            a4 = Next(nodes, a4, columns, row + 4);
            a5 = Next(nodes, a5, columns, row + 5);
            a6 = Next(nodes, a6, columns, row + 6);
            a7 = Next(nodes, a7, columns, row + 7);
        }
        (at[0], at[1], at[2], at[3], at[4], at[5], at[6], at[7]) = (a0, a1, a2, a3, a4, a5, a6, a7);
    }

    /// <summary>Moves fewer than eight rows.</summary>
    internal static void WalkFew(WalkNode* nodes, float** columns, int row, int* at, int count, int steps)
    {
        for (var lane = 0; lane < count; lane++)
        {
            for (var step = 0; step < steps; step++)
                at[lane] = Next(nodes, at[lane], columns, row + lane);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void WalkTrees(WalkNode* nodes, float** columns, int row, int* at, int steps)
    {
        var (a0, a1, a2, a3, a4, a5, a6, a7) = (at[0], at[1], at[2], at[3], at[4], at[5], at[6], at[7]);
        for (var step = 0; step < steps; step++)
        {
            a0 = Next(nodes, a0, columns, row);
            a1 = Next(nodes, a1, columns, row);
            a2 = Next(nodes, a2, columns, row);
            a3 = Next(nodes, a3, columns, row);
            a4 = Next(nodes, a4, columns, row);
            a5 = Next(nodes, a5, columns, row);
            a6 = Next(nodes, a6, columns, row);
            a7 = Next(nodes, a7, columns, row);
        }
        (at[0], at[1], at[2], at[3], at[4], at[5], at[6], at[7]) = (a0, a1, a2, a3, a4, a5, a6, a7);
    }

    // The answer indexes the two children, so that there is nothing to predict.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Next(WalkNode* nodes, int at, float** columns, int row)
    {
        var node = nodes + at;
        var x = columns[node->Feature & ~WalkNode.MissingIsYes][row];
        var yes = (uint)Unsafe.BitCast<bool, byte>(x >= node->Threshold) | (Unsafe.BitCast<bool, byte>(float.IsNaN(x)) & (node->Feature >> 31));
        return (&node->No)[yes];
    }
}
