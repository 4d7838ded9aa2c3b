using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Forests.Walks;

namespace BatchEngine.Scorer.Forests.Slices;

/// <summary>Slices on 256-bit vectors: two registers a slot; thresholds and leaf values are gathered. Only AVX2 is asked for.</summary>
internal sealed unsafe class SliceKernel256(ForestModel model, WalkForest walk, SlicePlan plan) : SliceKernel(model, walk, plan)
{
    private const int Slot = SlicePlan.SlotBytes;
    private const int Half = 32;

    /// <summary>Whether this processor has it.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    /// <inheritdoc/>
    public override string Name => KernelNames.Slices256;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override bool Rank(SlicePlane plane, float* values, byte* bits)
    {
        var missing = Vector256<float>.Zero;
        fixed (float* tree = plane.Search)
        {
            for (var i = 0; i < SlicePlan.BlockRows; i += 16, bits += 2)
            {
                // Two searches side by side, so that one's gather waits behind the other's.
                var (x, y) = (Vector256.Load(values + i), Vector256.Load(values + i + 8));
                missing |= ~Vector256.Equals(x, x) | ~Vector256.Equals(y, y);
                var (nodeX, nodeY) = (Vector256<int>.One, Vector256<int>.One);
                for (var bit = plane.Levels - 1; bit >= 0; bit--)
                {
                    var reachedX = Vector256.GreaterThanOrEqual(x, Avx2.GatherVector256(tree, nodeX, sizeof(float)));
                    var reachedY = Vector256.GreaterThanOrEqual(y, Avx2.GatherVector256(tree, nodeY, sizeof(float)));
                    *(ushort*)(bits + (bit * Slot)) = (ushort)(reachedX.ExtractMostSignificantBits() | (reachedY.ExtractMostSignificantBits() << 8));
                    nodeX = nodeX + nodeX - reachedX.AsInt32();
                    nodeY = nodeY + nodeY - reachedY.AsInt32();
                }
            }
        }
        return missing.ExtractMostSignificantBits() != 0;
    }

    /// <inheritdoc/>
    protected override void NoteMissing(float* values, byte* missing)
    {
        for (var i = 0; i < SlicePlan.BlockRows; i += 8)
        {
            var x = Vector256.Load(values + i);
            missing[i / 8] = (byte)~Vector256.Equals(x, x).ExtractMostSignificantBits();
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void Ask(byte* bits, byte* missing, ReadOnlySpan<SliceCondition> conditions)
    {
        var (steps, slots) = ((nint)Scratch.Steps, (nint)Scratch.Slots);
        for (var half = 0; half < Slot; half += Half)
        {
            var at = (byte*)steps + half;
            Steps(bits + half, at + (17 * Slot));
            Steps(bits + (4 * Slot) + half, at);
            Vector256<byte>.Zero.Store(at + (16 * Slot));
            foreach (ref readonly var condition in conditions)
            {
                var high = at + (condition.High * Slot);
                var answer = Vector256.Load(high) & (Vector256.Load(high + Slot) | Vector256.Load(at + ((17 + condition.Low) * Slot)));
                if (condition.MissingIsYes)
                    answer |= Vector256.Load(missing + half);
                answer.Store((byte*)slots + half + (condition.Slot * Slot));
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
            var low = Vector256.ConditionalSelect(Vector256.Load(asked), Vector256.Load(yes), Vector256.Load(no));
            var high = Vector256.ConditionalSelect(Vector256.Load(asked + Half), Vector256.Load(yes + Half), Vector256.Load(no + Half));
            low.Store(target);
            high.Store(target + Half);
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
                for (var row = 0; row < SlicePlan.BlockRows; row += 8)
                    (Vector256.Load(scores + row) + Avx2.GatherVector256(leaves, Avx2.ConvertToVector256Int32(exits + row), sizeof(float))).Store(scores + row);
            }
        }
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void WriteExits(SliceTree tree, byte* exits)
    {
        // Each byte takes its row's byte of the bits, then tests its row's bit of that byte.
        var spread = Vector256.Create(0UL, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303).AsByte();
        var own = Vector256.Create(0x8040201008040201UL).AsByte();
        for (var from = 0; from < Slot; from += 4)
        {
            var numbers = Vector256<byte>.Zero;
            for (var bit = 0; bit < tree.BitCount; bit++)
            {
                var rows = Vector256.Create(*(uint*)(Scratch.Slots + ((uint)tree.Bits[bit] * Slot) + from)).AsByte();
                var set = Vector256.Equals(Avx2.Shuffle(rows, spread) & own, own);
                numbers |= set & Vector256.Create((byte)(1 << bit));
            }
            numbers.Store(exits + (from * 8));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Steps(byte* bits, byte* steps)
    {
        var (b0, b1, b2, b3) = (Vector256.Load(bits), Vector256.Load(bits + Slot), Vector256.Load(bits + (2 * Slot)), Vector256.Load(bits + (3 * Slot)));
        var (low1, low3) = (b0 | b1, b0 & b1);
        Quarter(steps, Vector256<byte>.AllBitsSet, b2 | b3, low1, b1, low3);
        Quarter(steps + (4 * Slot), b2 | b3, b3, low1, b1, low3);
        Quarter(steps + (8 * Slot), b3, b2 & b3, low1, b1, low3);
        Quarter(steps + (12 * Slot), b2 & b3, Vector256<byte>.Zero, low1, b1, low3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Quarter(byte* steps, Vector256<byte> high, Vector256<byte> higher, Vector256<byte> low1, Vector256<byte> low2, Vector256<byte> low3)
    {
        high.Store(steps);
        (high & (higher | low1)).Store(steps + Slot);
        (high & (higher | low2)).Store(steps + (2 * Slot));
        (high & (higher | low3)).Store(steps + (3 * Slot));
    }
}
