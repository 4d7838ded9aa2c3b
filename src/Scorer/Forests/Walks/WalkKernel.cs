using System.Runtime.CompilerServices;
using BatchEngine.Scorer.Forests.Model;

namespace BatchEngine.Scorer.Forests.Walks;

/// <summary>Walks trees without branches, eight at a time so that their loads overlap: eight rows of one tree, or for few rows eight trees of one row. For
/// single rows and for what other kernels cannot take.</summary>
internal sealed unsafe class WalkKernel : AddingKernel
{
    private const int Lanes = 8;
    private const int BlockRows = 256;

    private readonly WalkForest _walk;
    private readonly TailForest? _compact;
    private readonly TailCells? _cells;

    public WalkKernel(ForestModel model, WalkForest walk) : base(model)
    {
        (_walk, _compact) = (walk, walk.Compact);
        _cells = _compact is null ? null : new TailCells(_compact, BlockRows);
    }

    /// <inheritdoc/>
    public override string Name => KernelNames.Walk;

    /// <inheritdoc/>
    public override void Add(float** columns, int rows, float* sums, int stride)
    {
        var whole = rows / Lanes * Lanes;
        for (var from = 0; from < whole; from += BlockRows)
            SumRows(columns, from, Math.Min(from + BlockRows, whole), sums, stride);
        for (var row = whole; row < rows; row++)
            SumTrees(columns, row, sums + row, stride);
        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public override void Dispose() => _cells?.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SumRows(float** columns, int from, int toExclusive, float* sums, int stride)
    {
        if (_cells is null)
        {
            SumRowsWide(columns, from, toExclusive, sums, stride);
            return;
        }
        var leaves = stackalloc int[Lanes];
        var same = stackalloc byte[Lanes];
        var anyMissing = _cells.Fill(columns, from, toExclusive - from);
        fixed (TailNode* nodes = anyMissing ? _compact!.Missing : _compact!.Dense)
        fixed (int* roots = _compact.Exits)
        {
            for (var tree = 0; tree < _compact.TreeCount; tree++)
            {
                for (var row = 0; row < toExclusive - from; row += Lanes)
                {
                    TailWalk.Walk(nodes, roots + tree, same, _cells.AddressOf(row), _compact.Steps[tree], leaves);
                    for (var lane = 0; lane < Lanes; lane++)
                        Take(BitConverter.Int32BitsToSingle(leaves[lane]), sums + from + row + lane, stride);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SumTrees(float** columns, int row, float* sums, int stride)
    {
        if (_cells is null)
        {
            SumTreesWide(columns, row, sums, stride);
            return;
        }
        var leaves = stackalloc int[Lanes];
        var own = stackalloc byte[Lanes];
        // The one row stands in all lanes, so that each lane can walk another tree; those of the last group beyond the end walk the last tree once more.
        var anyMissing = _cells.Fill(columns, row, 1);
        fixed (TailNode* nodes = anyMissing ? _compact!.Missing : _compact!.Dense)
        fixed (int* roots = _compact.Exits)
        fixed (int* heights = _compact.Steps)
        {
            for (var tree = 0; tree < _compact.TreeCount; tree += Lanes)
            {
                var count = Math.Min(Lanes, _compact.TreeCount - tree);
                var steps = 0;
                for (var lane = 0; lane < Lanes; lane++)
                {
                    own[lane] = (byte)Math.Min(lane, count - 1);
                    steps = Math.Max(steps, heights[tree + own[lane]]);
                }
                TailWalk.Walk(nodes, roots + tree, own, _cells.AddressOf(0), steps, leaves);
                for (var lane = 0; lane < count; lane++)
                    Take(BitConverter.Int32BitsToSingle(leaves[lane]), sums, stride);
            }
        }
    }

    // For forests that do not fit nodes of eight bytes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SumRowsWide(float** columns, int from, int toExclusive, float* sums, int stride)
    {
        fixed (WalkNode* nodes = _walk.Nodes)
        {
            for (var tree = 0; tree < _walk.Roots.Length; tree++)
            {
                for (var row = from; row < toExclusive; row++)
                    Take(nodes[WalkOne(nodes, _walk.Roots[tree], columns, row, _walk.Heights[tree])].Threshold, sums + row, stride);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void SumTreesWide(float** columns, int row, float* sums, int stride)
    {
        fixed (WalkNode* nodes = _walk.Nodes)
        {
            for (var tree = 0; tree < _walk.Roots.Length; tree++)
                Take(nodes[WalkOne(nodes, _walk.Roots[tree], columns, row, _walk.Heights[tree])].Threshold, sums, stride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Take(float leafValue, float* sums, int stride)
    {
        if (_walk.IsSingle)
        {
            *sums = Model.Aggregate is ForestAggregate.Sum or ForestAggregate.Average ? *sums + leafValue : Combine(Model.Aggregate, *sums, leafValue);
            return;
        }
        var leaf = BitConverter.SingleToInt32Bits(leafValue);
        for (var i = Model.LeafFrom[leaf]; i < Model.LeafFrom[leaf + 1]; i++)
        {
            var score = sums + ((long)Model.LeafTargets[i] * stride);
            *score = Combine(Model.Aggregate, *score, Model.LeafWeights[i]);
        }
    }

    private static int WalkOne(WalkNode* nodes, int at, float** columns, int row, int steps)
    {
        for (var step = 0; step < steps; step++)
            at = Next(nodes, at, columns, row);
        return at;
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
