using System.Runtime.CompilerServices;
using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Forests.Walks;

namespace BatchEngine.Scorer.Forests.Slices;

/// <summary>Slices on registers that are narrower than a slot, whatever the instruction set. Subclasses rank.</summary>
/// <typeparam name="TLanes">The instruction set.</typeparam>
/// <typeparam name="TVector">Its register.</typeparam>
internal abstract unsafe class NarrowSliceKernel<TLanes, TVector>(ForestModel model, WalkForest walk, SlicePlan plan) : SliceKernel(model, walk, plan)
    where TLanes : struct, ISliceLanes<TVector>
    where TVector : struct
{
    private const int Slot = SlicePlan.SlotBytes;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected sealed override void Ask(byte* bits, byte* missing, ReadOnlySpan<SliceCondition> conditions)
    {
        var (steps, slots) = ((nint)Scratch.Steps, (nint)Scratch.Slots);
        for (var part = 0; part < Slot; part += TLanes.Bytes)
        {
            var at = (byte*)steps + part;
            Steps(bits + part, at + (17 * Slot));
            Steps(bits + (4 * Slot) + part, at);
            TLanes.Store(TLanes.Zero, at + (16 * Slot));
            foreach (ref readonly var condition in conditions)
            {
                var high = at + (condition.High * Slot);
                var answer = TLanes.And(TLanes.Load(high), TLanes.Or(TLanes.Load(high + Slot), TLanes.Load(at + ((17 + condition.Low) * Slot))));
                if (condition.MissingIsYes)
                    answer = TLanes.Or(answer, TLanes.Load(missing + part));
                TLanes.Store(answer, (byte*)slots + part + (condition.Slot * Slot));
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected sealed override void Choose(ReadOnlySpan<SliceOp> ops)
    {
        var slots = Scratch.Slots;
        foreach (ref readonly var op in ops)
        {
            var asked = slots + ((uint)op.Condition * Slot);
            var yes = slots + ((uint)op.Yes * Slot);
            var no = slots + ((uint)op.No * Slot);
            var target = slots + ((uint)op.Target * Slot);
            TwoParts(asked, yes, no, target);
            if (2 * TLanes.Bytes < Slot)
                TwoParts(asked + (Slot / 2), yes + (Slot / 2), no + (Slot / 2), target + (Slot / 2));
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected sealed override void AddLeaves(SliceTree tree)
    {
        var exits = Scratch.Exits;
        WriteExits(tree, exits);
        for (var table = tree.TablesFrom; table < tree.TablesTo; table++)
        {
            fixed (float* leaves = Plan.Tables[table].Values)
                TLanes.AddLeaves(leaves, exits, Scratch.Scores + (Plan.Tables[table].Target * SlicePlan.BlockRows));
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected sealed override void WriteExits(SliceTree tree, byte* exits)
    {
        for (var from = 0; from < Slot; from += TLanes.Bytes / 8)
        {
            var numbers = TLanes.Zero;
            for (var bit = 0; bit < tree.BitCount; bit++)
            {
                var rows = TLanes.BytesOfRows(Scratch.Slots + ((uint)tree.Bits[bit] * Slot) + from);
                numbers = TLanes.Or(numbers, TLanes.And(rows, TLanes.Fill((byte)(1 << bit))));
            }
            TLanes.Store(numbers, exits + (from * 8));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TwoParts(byte* asked, byte* yes, byte* no, byte* target)
    {
        var low = TLanes.Select(TLanes.Load(asked), TLanes.Load(yes), TLanes.Load(no));
        var high = TLanes.Select(TLanes.Load(asked + TLanes.Bytes), TLanes.Load(yes + TLanes.Bytes), TLanes.Load(no + TLanes.Bytes));
        TLanes.Store(low, target);
        TLanes.Store(high, target + TLanes.Bytes);
    }

    // "At least 0..15" of a number of four bits: its upper two and lower two bits first, then all pairs.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Steps(byte* bits, byte* steps)
    {
        var (b0, b1, b2, b3) = (TLanes.Load(bits), TLanes.Load(bits + Slot), TLanes.Load(bits + (2 * Slot)), TLanes.Load(bits + (3 * Slot)));
        var (low1, low3) = (TLanes.Or(b0, b1), TLanes.And(b0, b1));
        var (high1, high3) = (TLanes.Or(b2, b3), TLanes.And(b2, b3));
        FourSteps(steps, TLanes.AllBitsSet, high1, low1, b1, low3);
        FourSteps(steps + (4 * Slot), high1, b3, low1, b1, low3);
        FourSteps(steps + (8 * Slot), b3, high3, low1, b1, low3);
        FourSteps(steps + (12 * Slot), high3, TLanes.Zero, low1, b1, low3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourSteps(byte* steps, TVector high, TVector higher, TVector low1, TVector low2, TVector low3)
    {
        TLanes.Store(high, steps);
        TLanes.Store(TLanes.And(high, TLanes.Or(higher, low1)), steps + Slot);
        TLanes.Store(TLanes.And(high, TLanes.Or(higher, low2)), steps + (2 * Slot));
        TLanes.Store(TLanes.And(high, TLanes.Or(higher, low3)), steps + (3 * Slot));
    }
}
