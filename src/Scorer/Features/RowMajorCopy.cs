using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace BatchEngine.Scorer.Features;

/// <summary>Turns columns into rows in blocks of 8 by 8 held in registers. A last partial block overlaps the one before it: the same values are written
/// twice.</summary>
internal static class RowMajorCopy
{
    private const int Side = 8;

    /// <summary>Rows of one pass over all columns: 256 rows of 64 columns stay in the second-level cache on both sides.</summary>
    private const int TileRows = 256;

    public static void Copy(ReadOnlySpan<float> columns, int stride, int columnCount, int rows, Span<float> target)
    {
        if (!Avx.IsSupported || columnCount < Side || rows < Side)
        {
            CopyPlain(columns, stride, columnCount, rows, target);
            return;
        }
        ref var source = ref MemoryMarshal.GetReference(columns);
        ref var destination = ref MemoryMarshal.GetReference(target);
        for (var tile = 0; tile < rows; tile += TileRows)
        {
            var end = Math.Min(rows, tile + TileRows);
            for (var row = Math.Min(tile, rows - Side); row < end; row = NextBlock(row, end, rows))
            {
                for (var column = 0; column < columnCount; column = NextBlock(column, columnCount, columnCount))
                {
                    Block(ref Unsafe.Add(ref source, (nint)column * stride + row), stride,
                        ref Unsafe.Add(ref destination, (nint)row * columnCount + column), columnCount);
                }
            }
        }
    }

    /// <summary>The next block of 8 before <paramref name="end"/>, moved back when it would reach beyond <paramref name="limit"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int NextBlock(int at, int end, int limit)
    {
        var next = at + Side;
        return next >= end ? end : Math.Min(next, limit - Side);
    }

    private static void CopyPlain(ReadOnlySpan<float> columns, int stride, int columnCount, int rows, Span<float> target)
    {
        for (var column = 0; column < columnCount; column++)
        {
            var source = columns.Slice(column * stride, rows);
            for (var row = 0; row < source.Length; row++)
                target[row * columnCount + column] = source[row];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block(ref float source, nint sourceStride, ref float target, nint targetStride)
    {
        var c0 = Vector256.LoadUnsafe(ref source);
        var c1 = Vector256.LoadUnsafe(ref Unsafe.Add(ref source, sourceStride));
        var c2 = Vector256.LoadUnsafe(ref Unsafe.Add(ref source, 2 * sourceStride));
        var c3 = Vector256.LoadUnsafe(ref Unsafe.Add(ref source, 3 * sourceStride));
        var c4 = Vector256.LoadUnsafe(ref Unsafe.Add(ref source, 4 * sourceStride));
        var c5 = Vector256.LoadUnsafe(ref Unsafe.Add(ref source, 5 * sourceStride));
        var c6 = Vector256.LoadUnsafe(ref Unsafe.Add(ref source, 6 * sourceStride));
        var c7 = Vector256.LoadUnsafe(ref Unsafe.Add(ref source, 7 * sourceStride));

        var (a0, a1, a2, a3) = (Avx.UnpackLow(c0, c1), Avx.UnpackHigh(c0, c1), Avx.UnpackLow(c2, c3), Avx.UnpackHigh(c2, c3));
        var (a4, a5, a6, a7) = (Avx.UnpackLow(c4, c5), Avx.UnpackHigh(c4, c5), Avx.UnpackLow(c6, c7), Avx.UnpackHigh(c6, c7));

        // 0x44 takes the low pairs of both, 0xEE the high pairs.
        var (b0, b1, b2, b3) = (Avx.Shuffle(a0, a2, 0x44), Avx.Shuffle(a0, a2, 0xEE), Avx.Shuffle(a1, a3, 0x44), Avx.Shuffle(a1, a3, 0xEE));
        var (b4, b5, b6, b7) = (Avx.Shuffle(a4, a6, 0x44), Avx.Shuffle(a4, a6, 0xEE), Avx.Shuffle(a5, a7, 0x44), Avx.Shuffle(a5, a7, 0xEE));

        Avx.Permute2x128(b0, b4, 0x20).StoreUnsafe(ref target);
        Avx.Permute2x128(b1, b5, 0x20).StoreUnsafe(ref Unsafe.Add(ref target, targetStride));
        Avx.Permute2x128(b2, b6, 0x20).StoreUnsafe(ref Unsafe.Add(ref target, 2 * targetStride));
        Avx.Permute2x128(b3, b7, 0x20).StoreUnsafe(ref Unsafe.Add(ref target, 3 * targetStride));
        Avx.Permute2x128(b0, b4, 0x31).StoreUnsafe(ref Unsafe.Add(ref target, 4 * targetStride));
        Avx.Permute2x128(b1, b5, 0x31).StoreUnsafe(ref Unsafe.Add(ref target, 5 * targetStride));
        Avx.Permute2x128(b2, b6, 0x31).StoreUnsafe(ref Unsafe.Add(ref target, 6 * targetStride));
        Avx.Permute2x128(b3, b7, 0x31).StoreUnsafe(ref Unsafe.Add(ref target, 7 * targetStride));
    }
}
