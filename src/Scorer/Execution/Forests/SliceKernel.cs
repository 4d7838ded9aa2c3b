namespace BatchEngine.Scorer.Execution.Forests;

/// <summary>
/// Scores 512 rows at a time as bits: each value becomes its rank among the feature's thresholds, each distinct question of a group of trees one bit a row, each tree a few choices between such bits
/// that end in the number of its exit, and that number a leaf value. Nothing depends on the data, so the time does not either. Subclasses are the instruction sets.
/// </summary>
internal abstract unsafe class SliceKernel : ForestKernel
{
    private readonly ForestModel _model;
    private readonly WalkForest _walk;

    protected SliceKernel(ForestModel model, WalkForest walk, SlicePlan plan)
    {
        (_model, _walk, Plan) = (model, walk, plan);
        Scratch = new SliceScratch(plan, model.TargetCount);
    }

    /// <summary>What is done.</summary>
    protected SlicePlan Plan { get; }

    /// <summary>Where.</summary>
    protected SliceScratch Scratch { get; }

    /// <inheritdoc/>
    public override void Sum(float** columns, int rows, float* sums, int stride)
    {
        for (var from = 0; from < rows; from += SlicePlan.BlockRows)
        {
            var count = Math.Min(SlicePlan.BlockRows, rows - from);
            SumBlock(columns, from, count);
            for (var target = 0; target < _model.TargetCount; target++)
                CopyScores(target, sums + ((long)target * stride) + from, count);
        }
        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public override void Dispose() => Scratch.Dispose();

    /// <summary>Ranks 512 values of a plane; true when one is missing.</summary>
    protected abstract bool Rank(SlicePlane plane, float* values, byte* bits);

    /// <summary>Notes which of 512 values are missing, one bit each.</summary>
    protected abstract void NoteMissing(float* values, byte* missing);

    /// <summary>Answers the conditions of one plane.</summary>
    protected abstract void Ask(byte* bits, byte* missing, ReadOnlySpan<SliceCondition> conditions);

    /// <summary>Makes a tree's choices.</summary>
    protected abstract void Choose(ReadOnlySpan<SliceOp> ops);

    /// <summary>Adds the leaf values at the exits of a tree to the scores.</summary>
    protected abstract void AddLeaves(SliceTree tree);

    /// <summary>Writes the exits' numbers of a tree, one byte a row.</summary>
    protected abstract void WriteExits(SliceTree tree);

    /// <summary>Where a row's score stands among a target's 512.</summary>
    protected abstract int ScoreIndex(int row);

    /// <summary>Copies the scores of a target in the order of the rows.</summary>
    protected abstract void CopyScores(int target, float* to, int count);

    private void SumBlock(float** columns, int from, int count)
    {
        var anyMissing = false;
        for (var i = 0; i < Plan.Planes.Length; i++)
            anyMissing |= Rank(Plan.Planes[i], Column(columns[Plan.Planes[i].Feature] + from, count), Scratch.Bits + ((long)i * SliceScratch.PlaneBytes));
        var withMissing = anyMissing && !ReferenceEquals(Plan.Missing, Plan.Dense);
        if (withMissing)
        {
            for (var i = 0; i < Plan.Planes.Length; i++)
                NoteMissing(Column(columns[Plan.Planes[i].Feature] + from, count), Scratch.Missing + ((long)i * SlicePlan.SlotBytes));
        }
        new Span<float>(Scratch.Scores, _model.TargetCount * SlicePlan.BlockRows).Clear();
        foreach (var group in withMissing ? Plan.Missing : Plan.Dense)
            SumGroup(group, columns, from, count);
    }

    private float* Column(float* values, int count)
    {
        if (count == SlicePlan.BlockRows)
            return values;
        new ReadOnlySpan<float>(values, count).CopyTo(new Span<float>(Scratch.Pad, count));
        return Scratch.Pad;
    }

    private void SumGroup(SliceGroup group, float** columns, int from, int count)
    {
        foreach (var run in group.Runs)
        {
            Ask(Scratch.Bits + ((long)run.Plane * SliceScratch.PlaneBytes), Scratch.Missing + ((long)run.Plane * SlicePlan.SlotBytes),
                group.Conditions.AsSpan(run.From, run.ToExclusive - run.From));
        }
        foreach (var tree in group.Trees)
        {
            Choose(group.Ops.AsSpan(tree.OpsFrom, tree.OpsTo - tree.OpsFrom));
            if (tree.TailSteps == 0)
            {
                AddLeaves(tree);
                continue;
            }
            WriteExits(tree);
            WalkOn(tree, columns, from, count);
        }
    }

    // From the exits of a tree that is too large for bits, each row walks the rest; the last rows of a short block walk with the first row's values, to nowhere.
    private void WalkOn(SliceTree tree, float** columns, int from, int count)
    {
        const int lanes = 8;
        var at = stackalloc int[lanes];
        var exits = Plan.Exits.AsSpan(tree.ExitsFrom);
        fixed (WalkNode* nodes = _walk.Nodes)
        {
            for (var row = 0; row < count; row += lanes)
            {
                var first = Math.Max(0, Math.Min(row, count - lanes));
                var used = Math.Min(lanes, count - first);
                for (var lane = 0; lane < used; lane++)
                    at[lane] = exits[Scratch.Exits[first + lane]];
                if (used == lanes)
                    WalkKernel.WalkRows(nodes, columns, from + first, at, tree.TailSteps);
                else
                    WalkKernel.WalkFew(nodes, columns, from + first, at, used, tree.TailSteps);
                for (var lane = row - first; lane < used; lane++)
                    Take(nodes[at[lane]].Threshold, first + lane);
            }
        }
    }

    private void Take(float leafValue, int row)
    {
        var place = Scratch.Scores + ScoreIndex(row);
        if (_walk.IsSingle)
        {
            *place += leafValue;
            return;
        }
        var leaf = BitConverter.SingleToInt32Bits(leafValue);
        for (var i = _model.LeafFrom[leaf]; i < _model.LeafFrom[leaf + 1]; i++)
            place[_model.LeafTargets[i] * SlicePlan.BlockRows] += _model.LeafWeights[i];
    }
}
