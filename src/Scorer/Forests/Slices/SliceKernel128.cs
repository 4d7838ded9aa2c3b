using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Forests.Walks;

namespace BatchEngine.Scorer.Forests.Slices;

/// <summary>Slices on portable 128-bit vectors, for processors without AVX2 (ARM among them): four registers a slot; thresholds and leaf values are looked up
/// one by one.</summary>
internal sealed unsafe class SliceKernel128(ForestModel model, WalkForest walk, SlicePlan plan) : SliceKernel(model, walk, plan)
{
    private const int Slot = SlicePlan.SlotBytes;
    private const int Quarter = 16;
    private const int Side = 8;

    /// <inheritdoc/>
    public override string Name => KernelNames.Slices128;

    /// <inheritdoc/>
    protected override bool Rank(SlicePlane plane, float* values, byte* bits)
    {
        var ranks = stackalloc byte[Quarter];
        var missing = Vector128<float>.Zero;
        fixed (float* tree = plane.Search)
        {
            for (var i = 0; i < SlicePlan.BlockRows; i += Quarter, bits += 2)
            {
                for (var at = 0; at < Quarter; at += 4)
                {
                    var x = Vector128.Load(values + i + at);
                    missing |= ~Vector128.Equals(x, x);
                }
                Search(tree, plane.Levels, values + i, ranks);
                Search(tree, plane.Levels, values + i + Side, ranks + Side);
                var rank = Vector128.Load(ranks);
                for (var bit = 0; bit < plane.Levels; bit++)
                    *(ushort*)(bits + (bit * Slot)) = (ushort)(rank.AsUInt16() << (7 - bit)).AsByte().ExtractMostSignificantBits();
            }
        }
        return missing.AsUInt32() != Vector128<uint>.Zero;
    }

    /// <inheritdoc/>
    protected override void NoteMissing(float* values, byte* missing)
    {
        for (var i = 0; i < SlicePlan.BlockRows; i += 8)
        {
            var (x, y) = (Vector128.Load(values + i), Vector128.Load(values + i + 4));
            missing[i / 8] = (byte)~(Vector128.Equals(x, x).ExtractMostSignificantBits() | (Vector128.Equals(y, y).ExtractMostSignificantBits() << 4));
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Ask(byte* bits, byte* missing, ReadOnlySpan<SliceCondition> conditions)
    {
        var (steps, slots) = ((nint)Scratch.Steps, (nint)Scratch.Slots);
        for (var part = 0; part < Slot; part += Quarter)
        {
            var at = (byte*)steps + part;
            Steps(bits + part, at + (17 * Slot));
            Steps(bits + (4 * Slot) + part, at);
            Vector128<byte>.Zero.Store(at + (16 * Slot));
            foreach (ref readonly var condition in conditions)
            {
                var high = at + (condition.High * Slot);
                var answer = Vector128.Load(high) & (Vector128.Load(high + Slot) | Vector128.Load(at + ((17 + condition.Low) * Slot)));
                if (condition.MissingIsYes)
                    answer |= Vector128.Load(missing + part);
                answer.Store((byte*)slots + part + (condition.Slot * Slot));
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Choose(ReadOnlySpan<SliceOp> ops)
    {
        var slots = Scratch.Slots;
        foreach (ref readonly var op in ops)
        {
            var asked = slots + ((uint)op.Condition * Slot);
            var yes = slots + ((uint)op.Yes * Slot);
            var no = slots + ((uint)op.No * Slot);
            var target = slots + ((uint)op.Target * Slot);
            for (var part = 0; part < Slot; part += Quarter)
                Vector128.ConditionalSelect(Vector128.Load(asked + part), Vector128.Load(yes + part), Vector128.Load(no + part)).Store(target + part);
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void AddLeaves(SliceTree tree)
    {
        var exits = Scratch.Exits;
        WriteExits(tree, exits);
        for (var table = tree.TablesFrom; table < tree.TablesTo; table++)
        {
            var scores = Scratch.Scores + (Plan.Tables[table].Target * SlicePlan.BlockRows);
            fixed (float* leaves = Plan.Tables[table].Values)
            {
                for (var row = 0; row < SlicePlan.BlockRows; row += 4)
                {
                    var values = Vector128.Create(leaves[exits[row]], leaves[exits[row + 1]], leaves[exits[row + 2]], leaves[exits[row + 3]]);
                    (Vector128.Load(scores + row) + values).Store(scores + row);
                }
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void WriteExits(SliceTree tree, byte* exits)
    {
        // Each byte takes its row's byte of the bits, then tests its row's bit of that byte.
        var spread = Vector128.Create(0UL, 0x0101010101010101).AsByte();
        var own = Vector128.Create(0x8040201008040201UL).AsByte();
        for (var from = 0; from < Slot; from += 2)
        {
            var numbers = Vector128<byte>.Zero;
            for (var bit = 0; bit < tree.BitCount; bit++)
            {
                var rows = Vector128.Create(*(ushort*)(Scratch.Slots + ((uint)tree.Bits[bit] * Slot) + from)).AsByte();
                var set = Vector128.Equals(Vector128.Shuffle(rows, spread) & own, own);
                numbers |= set & Vector128.Create((byte)(1 << bit));
            }
            numbers.Store(exits + (from * 8));
        }
    }

    // Eight searches side by side, so that one's load waits behind the others'.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Search(float* tree, int levels, float* values, byte* ranks)
    {
        int n0 = 1, n1 = 1, n2 = 1, n3 = 1, n4 = 1, n5 = 1, n6 = 1, n7 = 1;
        for (var level = 0; level < levels; level++)
        {
            n0 = Down(tree, n0, values[0]);
            n1 = Down(tree, n1, values[1]);
            n2 = Down(tree, n2, values[2]);
            n3 = Down(tree, n3, values[3]);
            n4 = Down(tree, n4, values[4]);
            n5 = Down(tree, n5, values[5]);
            n6 = Down(tree, n6, values[6]);
            n7 = Down(tree, n7, values[7]);
        }
        // The highest bit is only the place of the leaf in the searched tree: the rest is the rank.
        var rank = (1 << levels) - 1;
        (ranks[0], ranks[1], ranks[2], ranks[3]) = ((byte)(n0 & rank), (byte)(n1 & rank), (byte)(n2 & rank), (byte)(n3 & rank));
        (ranks[4], ranks[5], ranks[6], ranks[7]) = ((byte)(n4 & rank), (byte)(n5 & rank), (byte)(n6 & rank), (byte)(n7 & rank));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Down(float* tree, int node, float value) => node + node + Unsafe.BitCast<bool, byte>(value >= tree[node]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Steps(byte* bits, byte* steps)
    {
        var (b0, b1, b2, b3) = (Vector128.Load(bits), Vector128.Load(bits + Slot), Vector128.Load(bits + (2 * Slot)), Vector128.Load(bits + (3 * Slot)));
        var (low1, low3) = (b0 | b1, b0 & b1);
        Four(steps, Vector128<byte>.AllBitsSet, b2 | b3, low1, b1, low3);
        Four(steps + (4 * Slot), b2 | b3, b3, low1, b1, low3);
        Four(steps + (8 * Slot), b3, b2 & b3, low1, b1, low3);
        Four(steps + (12 * Slot), b2 & b3, Vector128<byte>.Zero, low1, b1, low3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(byte* steps, Vector128<byte> high, Vector128<byte> higher, Vector128<byte> low1, Vector128<byte> low2, Vector128<byte> low3)
    {
        high.Store(steps);
        (high & (higher | low1)).Store(steps + Slot);
        (high & (higher | low2)).Store(steps + (2 * Slot));
        (high & (higher | low3)).Store(steps + (3 * Slot));
    }
}
