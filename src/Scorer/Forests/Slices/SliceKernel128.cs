using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Forests.Walks;

namespace BatchEngine.Scorer.Forests.Slices;

/// <summary>Slices on portable 128-bit vectors, for processors without AVX2 (ARM among them): four registers a slot; thresholds and leaf values are looked up
/// one by one.</summary>
internal sealed unsafe class SliceKernel128(ForestModel model, WalkForest walk, SlicePlan plan)
    : NarrowSliceKernel<SliceKernel128.Lanes, Vector128<byte>>(model, walk, plan)
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

    /// <summary>128 bits, whatever the processor.</summary>
    internal readonly struct Lanes : ISliceLanes<Vector128<byte>>
    {
        /// <inheritdoc/>
        public static int Bytes => 16;

        /// <inheritdoc/>
        public static Vector128<byte> Zero => Vector128<byte>.Zero;

        /// <inheritdoc/>
        public static Vector128<byte> AllBitsSet => Vector128<byte>.AllBitsSet;

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<byte> Fill(byte value) => Vector128.Create(value);

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<byte> Load(byte* from) => Vector128.Load(from);

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector128<byte> value, byte* to) => value.Store(to);

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<byte> And(Vector128<byte> left, Vector128<byte> right) => left & right;

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<byte> Or(Vector128<byte> left, Vector128<byte> right) => left | right;

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<byte> Select(Vector128<byte> asked, Vector128<byte> yes, Vector128<byte> no) => Vector128.ConditionalSelect(asked, yes, no);

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<byte> BytesOfRows(byte* bits)
        {
            // Each byte takes its row's byte of the bits, then tests its row's bit of that byte.
            var spread = Vector128.Create(0UL, 0x0101010101010101).AsByte();
            var own = Vector128.Create(0x8040201008040201UL).AsByte();
            return Vector128.Equals(Vector128.Shuffle(Vector128.Create(*(ushort*)bits).AsByte(), spread) & own, own);
        }

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void AddLeaves(float* leaves, byte* exits, float* scores)
        {
            for (var row = 0; row < SlicePlan.BlockRows; row += 4)
            {
                var values = Vector128.Create(leaves[exits[row]], leaves[exits[row + 1]], leaves[exits[row + 2]], leaves[exits[row + 3]]);
                (Vector128.Load(scores + row) + values).Store(scores + row);
            }
        }
    }
}
