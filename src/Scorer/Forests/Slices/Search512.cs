using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BatchEngine.Scorer.Forests.Slices;

/// <summary>Ranks sixteen values at a time; the searched tree lies in sixteen registers, so nothing is gathered. Each comparison is one bit of the
/// rank.</summary>
internal static unsafe class Search512
{
    private const int Slot = SlicePlan.SlotBytes;

    /// <summary>Ranks 512 values; true when one is missing (its rank is 0).</summary>
    public static bool Rank(SlicePlane plane, float* values, byte* bits)
    {
        fixed (float* tree = plane.Search)
        {
            return plane.Levels switch
            {
                <= 4 => Rank4(tree, values, bits),
                5 => Rank5(tree, values, bits),
                6 => Rank6(tree, values, bits),
                7 => Rank7(tree, values, bits),
                _ => Rank8(tree, values, bits),
            };
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Rank4(float* tree, float* values, byte* bits)
    {
        var top = Vector512.Load(tree);
        var missing = Vector512<uint>.Zero;
        for (var i = 0; i < SlicePlan.BlockRows; i += 16, bits += 2)
            Four(top, Vector512.Load(values + i), bits, 3, ref missing);
        return Any(missing);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Rank5(float* tree, float* values, byte* bits)
    {
        var (top, t4) = (Vector512.Load(tree), Vector512.Load(tree + 16));
        var missing = Vector512<uint>.Zero;
        for (var i = 0; i < SlicePlan.BlockRows; i += 16, bits += 2)
        {
            var x = Vector512.Load(values + i);
            var node = Four(top, x, bits, 4, ref missing);
            Last(Avx512F.PermuteVar16x32(t4, node), x, bits);
        }
        return Any(missing);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Rank6(float* tree, float* values, byte* bits)
    {
        var (top, t4) = (Vector512.Load(tree), Vector512.Load(tree + 16));
        var (t5a, t5b) = (Vector512.Load(tree + 32), Vector512.Load(tree + 48));
        var missing = Vector512<uint>.Zero;
        for (var i = 0; i < SlicePlan.BlockRows; i += 16, bits += 2)
        {
            var x = Vector512.Load(values + i);
            var node = Four(top, x, bits, 5, ref missing);
            node = Step(Avx512F.PermuteVar16x32(t4, node), x, node, bits + Slot);
            Last(Avx512F.PermuteVar16x32x2(t5a, node, t5b), x, bits);
        }
        return Any(missing);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Rank7(float* tree, float* values, byte* bits)
    {
        var (top, t4) = (Vector512.Load(tree), Vector512.Load(tree + 16));
        var (t5a, t5b) = (Vector512.Load(tree + 32), Vector512.Load(tree + 48));
        var (t6a, t6b, t6c, t6d) = (Vector512.Load(tree + 64), Vector512.Load(tree + 80), Vector512.Load(tree + 96), Vector512.Load(tree + 112));
        var missing = Vector512<uint>.Zero;
        for (var i = 0; i < SlicePlan.BlockRows; i += 16, bits += 2)
        {
            var x = Vector512.Load(values + i);
            var node = Four(top, x, bits, 6, ref missing);
            node = Step(Avx512F.PermuteVar16x32(t4, node), x, node, bits + (2 * Slot));
            node = Step(Avx512F.PermuteVar16x32x2(t5a, node, t5b), x, node, bits + Slot);
            Last(Pick(node, 32, Avx512F.PermuteVar16x32x2(t6a, node, t6b), Avx512F.PermuteVar16x32x2(t6c, node, t6d)), x, bits);
        }
        return Any(missing);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool Rank8(float* tree, float* values, byte* bits)
    {
        var (top, t4) = (Vector512.Load(tree), Vector512.Load(tree + 16));
        var (t5a, t5b) = (Vector512.Load(tree + 32), Vector512.Load(tree + 48));
        var (t6a, t6b, t6c, t6d) = (Vector512.Load(tree + 64), Vector512.Load(tree + 80), Vector512.Load(tree + 96), Vector512.Load(tree + 112));
        var (t7a, t7b, t7c, t7d) = (Vector512.Load(tree + 128), Vector512.Load(tree + 144), Vector512.Load(tree + 160), Vector512.Load(tree + 176));
        var (t7e, t7f, t7g, t7h) = (Vector512.Load(tree + 192), Vector512.Load(tree + 208), Vector512.Load(tree + 224), Vector512.Load(tree + 240));
        var missing = Vector512<uint>.Zero;
        for (var i = 0; i < SlicePlan.BlockRows; i += 16, bits += 2)
        {
            var x = Vector512.Load(values + i);
            var node = Four(top, x, bits, 7, ref missing);
            node = Step(Avx512F.PermuteVar16x32(t4, node), x, node, bits + (3 * Slot));
            node = Step(Avx512F.PermuteVar16x32x2(t5a, node, t5b), x, node, bits + (2 * Slot));
            node = Step(Pick(node, 32, Avx512F.PermuteVar16x32x2(t6a, node, t6b), Avx512F.PermuteVar16x32x2(t6c, node, t6d)), x, node, bits + Slot);
            var lower = Pick(node, 32, Avx512F.PermuteVar16x32x2(t7a, node, t7b), Avx512F.PermuteVar16x32x2(t7c, node, t7d));
            var upper = Pick(node, 32, Avx512F.PermuteVar16x32x2(t7e, node, t7f), Avx512F.PermuteVar16x32x2(t7g, node, t7h));
            Last(Pick(node, 64, lower, upper), x, bits);
        }
        return Any(missing);
    }

    // The first four comparisons; the highest one is bit number "highest" of the rank.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Four(Vector512<float> top, Vector512<float> x, byte* bits, int highest, ref Vector512<uint> missing)
    {
        missing = Vector512.Max(missing, x.AsUInt32() & Vector512.Create(0x7FFF_FFFFu));
        var node = Step(Avx512F.PermuteVar16x32(top, Vector512<int>.One), x, Vector512<int>.One, bits + (highest * Slot));
        node = Step(Avx512F.PermuteVar16x32(top, node), x, node, bits + ((highest - 1) * Slot));
        node = Step(Avx512F.PermuteVar16x32(top, node), x, node, bits + ((highest - 2) * Slot));
        return Step(Avx512F.PermuteVar16x32(top, node), x, node, bits + ((highest - 3) * Slot));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Step(Vector512<float> threshold, Vector512<float> x, Vector512<int> node, byte* bits)
    {
        var reached = Vector512.GreaterThanOrEqual(x, threshold);
        *(ushort*)bits = (ushort)reached.ExtractMostSignificantBits();
        return node + node - reached.AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Last(Vector512<float> threshold, Vector512<float> x, byte* bits) =>
        *(ushort*)bits = (ushort)Vector512.GreaterThanOrEqual(x, threshold).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Pick(Vector512<int> node, int bit, Vector512<float> unset, Vector512<float> set) =>
        Vector512.ConditionalSelect(Vector512.Equals(node & Vector512.Create(bit), Vector512<int>.Zero).AsSingle(), unset, set);

    private static bool Any(Vector512<uint> largest) => Vector512.GreaterThanAny(largest, Vector512.Create(0x7F80_0000u));
}
