using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Forests.Walks;

namespace BatchEngine.Scorer.Forests.Slices;

/// <summary>
/// Scores 512 rows at a time as bits: each value becomes its rank among the feature's thresholds, each distinct question of a group of trees one bit a row,
/// each tree a few choices between such bits
/// that end in the number of its exit, and that number a leaf value. Nothing depends on the data, so the time does not either. Subclasses are the instruction
/// sets.
/// </summary>
internal abstract unsafe class SliceKernel : AddingKernel
{
    private readonly TailWalk? _tails;

    protected SliceKernel(ForestModel model, WalkForest walk, SlicePlan plan) : base(model)
    {
        Plan = plan;
        Scratch = new SliceScratch(plan, model.TargetCount);
        _tails = plan.Tails is { } tails ? new TailWalk(model, walk, tails) : null;
    }

    /// <summary>What is done.</summary>
    protected SlicePlan Plan { get; }

    /// <summary>Where the kernel keeps its intermediate words.</summary>
    protected SliceScratch Scratch { get; }

    /// <inheritdoc/>
    public override void Add(float** columns, int rows, float* sums, int stride)
    {
        if (_tails is not null)
        {
            AddWithTails(_tails, columns, rows, sums, stride);
            return;
        }
        for (var from = 0; from < rows; from += SlicePlan.BlockRows)
        {
            var count = Math.Min(SlicePlan.BlockRows, rows - from);
            for (var target = 0; target < Model.TargetCount; target++)
                TakeScores(target, sums + ((long)target * stride) + from, count);
            AddBlock(columns, from, count);
            for (var target = 0; target < Model.TargetCount; target++)
                CopyScores(target, sums + ((long)target * stride) + from, count);
        }
        GC.KeepAlive(this);
    }

    /// <inheritdoc/>
    public override bool Rank(float** columns, int rows)
    {
        for (var from = 0; from < rows; from += SlicePlan.BlockRows)
            RankBlock(columns, from, Math.Min(SlicePlan.BlockRows, rows - from));
        GC.KeepAlive(this);
        return true;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        Scratch.Dispose();
        _tails?.Dispose();
    }

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
    protected abstract void WriteExits(SliceTree tree, byte* exits);

    /// <summary>Takes the scores of a target over; what stands in the rows of the block beyond them does not matter.</summary>
    protected virtual void TakeScores(int target, float* from, int count) =>
        new ReadOnlySpan<float>(from, count).CopyTo(new Span<float>(Scratch.Scores + (target * SlicePlan.BlockRows), count));

    /// <summary>Copies the scores of a target in the order of the rows.</summary>
    protected virtual void CopyScores(int target, float* to, int count) =>
        new ReadOnlySpan<float>(Scratch.Scores + (target * SlicePlan.BlockRows), count).CopyTo(new Span<float>(to, count));

    // The tops of all trees first, block by block; then the walks below them, which want many rows a tree.
    private void AddWithTails(TailWalk tails, float** columns, int rows, float* sums, int stride)
    {
        for (var from = 0; from < rows; from += tails.ChunkRows)
        {
            var count = Math.Min(tails.ChunkRows, rows - from);
            var anyMissing = tails.Fill(columns, from, count);
            for (var block = 0; block < count; block += SlicePlan.BlockRows)
            {
                var tree = 0;
                foreach (var group in RankBlock(columns, from + block, Math.Min(SlicePlan.BlockRows, count - block)))
                {
                    AskGroup(group);
                    foreach (var top in group.Trees)
                    {
                        Choose(group.Ops.AsSpan(top.OpsFrom, top.OpsTo - top.OpsFrom));
                        WriteExits(top, tails.ExitsOf(tree++) + block);
                    }
                }
            }
            tails.Add(count, anyMissing, sums + from, stride);
        }
        GC.KeepAlive(this);
    }

    private void AddBlock(float** columns, int from, int count)
    {
        foreach (var group in RankBlock(columns, from, count))
        {
            AskGroup(group);
            foreach (var tree in group.Trees)
            {
                Choose(group.Ops.AsSpan(tree.OpsFrom, tree.OpsTo - tree.OpsFrom));
                AddLeaves(tree);
            }
        }
    }

    // Gives the groups that suit the block.
    private SliceGroup[] RankBlock(float** columns, int from, int count)
    {
        var anyMissing = false;
        for (var i = 0; i < Plan.Planes.Length; i++)
            anyMissing |= Rank(Plan.Planes[i], Column(columns[Plan.Planes[i].Feature] + from, count), Scratch.Bits + ((long)i * SliceScratch.PlaneBytes));
        if (!anyMissing || ReferenceEquals(Plan.Missing, Plan.Dense))
            return Plan.Dense;
        for (var i = 0; i < Plan.Planes.Length; i++)
            NoteMissing(Column(columns[Plan.Planes[i].Feature] + from, count), Scratch.Missing + ((long)i * SlicePlan.SlotBytes));
        return Plan.Missing;
    }

    private void AskGroup(SliceGroup group)
    {
        foreach (var run in group.Runs)
        {
            Ask(Scratch.Bits + ((long)run.Plane * SliceScratch.PlaneBytes), Scratch.Missing + ((long)run.Plane * SlicePlan.SlotBytes),
                group.Conditions.AsSpan(run.From, run.ToExclusive - run.From));
        }
    }

    private float* Column(float* values, int count)
    {
        if (count == SlicePlan.BlockRows)
            return values;
        new ReadOnlySpan<float>(values, count).CopyTo(new Span<float>(Scratch.Pad, count));
        return Scratch.Pad;
    }
}
