using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BatchEngine.Scorer.Forests.Slices;

/// <summary>Turns the bits of exits' numbers, slot by slot, into one byte a row.</summary>
internal static unsafe class Exits512
{
    // Byte 8i + 7 - j of a group of 64 rows is byte i of bit j: so a quadword holds eight rows, the highest bit first, as the bit matrix wants it.
    private static readonly Vector512<byte> s_order = Order();

    /// <summary>Writes 512 numbers.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write(byte* slots, SliceTree tree, byte* exits)
    {
        var p0 = Slot(slots, tree.Bits[0]);
        var p1 = Slot(slots, tree.Bits[1]);
        var p2 = Slot(slots, tree.Bits[2]);
        var p3 = Slot(slots, tree.Bits[3]);
        var p4 = Slot(slots, tree.Bits[4]);
        var p5 = Slot(slots, tree.Bits[5]);
        var p6 = Slot(slots, tree.Bits[6]);
        var p7 = Slot(slots, tree.Bits[7]);
        FourGroups(Avx512F.UnpackLow(p0, p1), Avx512F.UnpackLow(p2, p3), Avx512F.UnpackLow(p4, p5), Avx512F.UnpackLow(p6, p7), exits);
        FourGroups(Avx512F.UnpackHigh(p0, p1), Avx512F.UnpackHigh(p2, p3), Avx512F.UnpackHigh(p4, p5), Avx512F.UnpackHigh(p6, p7), exits + 64);
    }

    // Turns over four by four lanes: each result has all eight bits of 64 rows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourGroups(Vector512<ulong> a, Vector512<ulong> b, Vector512<ulong> c, Vector512<ulong> d, byte* exits)
    {
        var (abLow, abHigh) = (Avx512F.Shuffle4x128(a, b, 0x44), Avx512F.Shuffle4x128(a, b, 0xEE));
        var (cdLow, cdHigh) = (Avx512F.Shuffle4x128(c, d, 0x44), Avx512F.Shuffle4x128(c, d, 0xEE));
        Rows(Avx512F.Shuffle4x128(abLow, cdLow, 0x88), exits);
        Rows(Avx512F.Shuffle4x128(abLow, cdLow, 0xDD), exits + 128);
        Rows(Avx512F.Shuffle4x128(abHigh, cdHigh, 0x88), exits + 256);
        Rows(Avx512F.Shuffle4x128(abHigh, cdHigh, 0xDD), exits + 384);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rows(Vector512<ulong> bits, byte* exits)
    {
        var matrices = Avx512Vbmi.PermuteVar64x8(bits.AsByte(), s_order);
        Gfni.V512.GaloisFieldAffineTransform(Vector512.Create(0x8040_2010_0804_0201UL).AsByte(), matrices, 0).Store(exits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Slot(byte* slots, ushort slot) => Vector512.Load((ulong*)(slots + ((uint)slot * SlicePlan.SlotBytes)));

    private static Vector512<byte> Order()
    {
        Span<byte> order = stackalloc byte[64];
        for (var i = 0; i < 8; i++)
        {
            for (var j = 0; j < 8; j++)
                order[(8 * i) + 7 - j] = (byte)((8 * j) + i);
        }
        return Vector512.Create<byte>(order);
    }
}
