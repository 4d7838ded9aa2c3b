using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Forests.Walks;

namespace BatchEngine.Scorer.Forests.Slices;

/// <summary>Slices on 256-bit vectors: two registers a slot; thresholds and leaf values are gathered. Only AVX2 is asked for.</summary>
internal sealed unsafe class SliceKernel256(ForestModel model, WalkForest walk, SlicePlan plan)
    : NarrowSliceKernel<SliceKernel256.Lanes, Vector256<byte>>(model, walk, plan)
{
    private const int Slot = SlicePlan.SlotBytes;

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

    /// <summary>256 bits of AVX2.</summary>
    internal readonly struct Lanes : ISliceLanes<Vector256<byte>>
    {
        /// <inheritdoc/>
        public static int Bytes => 32;

        /// <inheritdoc/>
        public static Vector256<byte> Zero => Vector256<byte>.Zero;

        /// <inheritdoc/>
        public static Vector256<byte> AllBitsSet => Vector256<byte>.AllBitsSet;

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<byte> Fill(byte value) => Vector256.Create(value);

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<byte> Load(byte* from) => Vector256.Load(from);

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector256<byte> value, byte* to) => value.Store(to);

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<byte> And(Vector256<byte> left, Vector256<byte> right) => left & right;

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<byte> Or(Vector256<byte> left, Vector256<byte> right) => left | right;

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<byte> Select(Vector256<byte> asked, Vector256<byte> yes, Vector256<byte> no) => Vector256.ConditionalSelect(asked, yes, no);

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<byte> BytesOfRows(byte* bits)
        {
            // Each byte takes its row's byte of the bits, then tests its row's bit of that byte.
            var spread = Vector256.Create(0UL, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303).AsByte();
            var own = Vector256.Create(0x8040201008040201UL).AsByte();
            return Vector256.Equals(Avx2.Shuffle(Vector256.Create(*(uint*)bits).AsByte(), spread) & own, own);
        }

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void AddLeaves(float* leaves, byte* exits, float* scores)
        {
            for (var row = 0; row < SlicePlan.BlockRows; row += 8)
                (Vector256.Load(scores + row) + Avx2.GatherVector256(leaves, Avx2.ConvertToVector256Int32(exits + row), sizeof(float))).Store(scores + row);
        }
    }
}
