using System.Runtime.CompilerServices;
using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Forests.Walks;

/// <summary>
/// Walks from the exits of large trees to their leaves, eight rows side by side without branches. A group of trees stays in the second-level cache while all
/// rows of a chunk pass through it,
/// and 64 rows stay in the first-level cache while they pass through the group. Not thread-safe.
/// </summary>
internal sealed unsafe class TailWalk : IDisposable
{
    // Enough that fetching a group's nodes from further away costs little; fewer for wide or many-treed forests, whose buffers would leave the caches and
    // count against a worker's memory.
    private const int MaxChunkRows = 4 * ForestKernel.SliceRows;
    private const int MaxChunkBytes = 8 << 20;

    private const int TileRows = 64;
    private const int Half = TailCells.Lanes / 2;
    private const int StepsBetweenLooks = 4;

    private readonly ForestModel _model;
    private readonly TailForest _tails;
    private readonly TailCells _cells;
    private readonly AlignedBuffer<byte> _exits;
    private readonly int[] _leafFrom;
    private readonly bool _isSingle;
    private readonly int _everyLeafNamesAll;

    public TailWalk(ForestModel model, WalkForest walk, TailForest tails)
    {
        (_model, _tails, _isSingle, _leafFrom) = (model, tails, walk.IsSingle, model.LeafFrom);
        ChunkRows = RowsFor(tails);
        _cells = new TailCells(tails, ChunkRows);
        _exits = new AlignedBuffer<byte>(checked(tails.TreeCount * ChunkRows));
        _everyLeafNamesAll = Enumerable.Range(0, model.LeafTargets.Length).All(i => model.LeafTargets[i] == i % model.TargetCount)
            && model.LeafTargets.Length == (model.LeafFrom.Length - 1) * model.TargetCount ? model.TargetCount : 0;
    }

    /// <summary>Rows that pass through a group of trees together, a multiple of a block.</summary>
    public int ChunkRows { get; }

    /// <summary>Where the exits' numbers of a tree go, row by row of the chunk.</summary>
    public byte* ExitsOf(int tree) => (byte*)_exits.Address(tree * ChunkRows);

    /// <summary>Takes the rows of a chunk over.</summary>
    public bool Fill(float** columns, int from, int rows) => _cells.Fill(columns, from, rows);

    /// <summary>Adds all trees to the sums of the chunk's rows.</summary>
    public void Add(int rows, bool anyMissing, float* sums, int stride)
    {
        fixed (TailNode* nodes = anyMissing ? _tails.Missing : _tails.Dense)
        fixed (int* exits = _tails.Exits)
        {
            foreach (var group in _tails.Groups)
            {
                for (var from = 0; from < rows; from += TileRows)
                {
                    var to = Math.Min(from + TileRows, rows);
                    for (var tree = group.From; tree < group.ToExclusive; tree++)
                        AddTile(nodes, exits + _tails.ExitsFrom[tree], tree, from, to, sums, stride);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _cells.Dispose();
        _exits.Dispose();
    }

    private static int RowsFor(TailForest tails)
    {
        var bytesPerRow = ((tails.HasMissing ? 2L : 1L) * tails.Features.Length * sizeof(int)) + tails.TreeCount;
        return (int)Math.Clamp(MaxChunkBytes / bytesPerRow / ForestKernel.SliceRows, 1, MaxChunkRows / ForestKernel.SliceRows) * ForestKernel.SliceRows;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddTile(TailNode* nodes, int* exits, int tree, int from, int toExclusive, float* sums, int stride)
    {
        var leaves = stackalloc int[Half];
        var numbers = ExitsOf(tree);
        var steps = _tails.Steps[tree];
        for (var row = from; row < toExclusive; row += Half)
        {
            Walk(nodes, exits, numbers + row, _cells.AddressOf(row), steps, leaves);
            AddLeaves(leaves, Math.Min(Half, toExclusive - row), sums + row, stride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddLeaves(int* leaves, int count, float* sums, int stride)
    {
        if (_isSingle)
        {
            for (var lane = 0; lane < count; lane++)
                sums[lane] += BitConverter.Int32BitsToSingle(leaves[lane]);
            return;
        }
        if (_everyLeafNamesAll == 2)
        {
            fixed (float* weights = _model.LeafWeights)
            {
                for (var lane = 0; lane < count; lane++)
                {
                    sums[lane] += weights[2 * leaves[lane]];
                    sums[lane + stride] += weights[(2 * leaves[lane]) + 1];
                }
            }
            return;
        }
        for (var lane = 0; lane < count; lane++)
        {
            for (var i = _leafFrom[leaves[lane]]; i < _leafFrom[leaves[lane] + 1]; i++)
                sums[lane + ((long)_model.LeafTargets[i] * stride)] += _model.LeafWeights[i];
        }
    }

    /// <summary>Walks eight lanes down, each with its own row, from the nodes that stand in <paramref name="exits"/> at <paramref name="numbers"/>; gives the
    /// leaves' thresholds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Walk(TailNode* nodes, int* exits, byte* numbers, byte* cells, int steps, int* leaves)
    {
        TailNode* p0 = nodes + exits[numbers[0]], p1 = nodes + exits[numbers[1]], p2 = nodes + exits[numbers[2]], p3 = nodes + exits[numbers[3]];
        TailNode* p4 = nodes + exits[numbers[4]], p5 = nodes + exits[numbers[5]], p6 = nodes + exits[numbers[6]], p7 = nodes + exits[numbers[7]];
        while (steps > 0)
        {
            for (var step = Math.Min(steps, StepsBetweenLooks); step > 0; step--)
            {
                p0 = Next(p0, cells);
                p1 = Next(p1, cells + 4);
                p2 = Next(p2, cells + 8);
                p3 = Next(p3, cells + 12);
                p4 = Next(p4, cells + 16);
                p5 = Next(p5, cells + 20);
                p6 = Next(p6, cells + 24);
                p7 = Next(p7, cells + 28);
            }
            steps -= StepsBetweenLooks;
            if (steps > 0 && p0->Step == 0 && p1->Step == 0 && p2->Step == 0 && p3->Step == 0 && p4->Step == 0 && p5->Step == 0 && p6->Step == 0
                && p7->Step == 0)
                break;
        }
        (leaves[0], leaves[1], leaves[2], leaves[3]) = (p0->Threshold, p1->Threshold, p2->Threshold, p3->Threshold);
        (leaves[4], leaves[5], leaves[6], leaves[7]) = (p4->Threshold, p5->Threshold, p6->Threshold, p7->Threshold);
    }

    // The answer is added to the address, so that there is nothing to predict.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TailNode* Next(TailNode* node, byte* cells)
    {
        var value = *(int*)(cells + ((nuint)node->Cell * 8));
        int yes = Unsafe.BitCast<bool, byte>(value >= node->Threshold);
        return node + (nint)(node->Step + yes);
    }
}
