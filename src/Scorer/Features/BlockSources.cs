using System.Buffers.Text;
using System.Collections.Frozen;
using System.IO.Hashing;
using System.Numerics;
using System.Runtime.InteropServices;
using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Features;

/// <summary>The ways a column becomes numbers.</summary>
internal static class BlockSources
{
    private const int LongestIntegerText = 20;

    public static void Floats(ColumnVector vector, int firstRow, Span<double> block)
    {
        var source = vector.Floats.Slice(firstRow, block.Length);
        var whole = MemoryMarshal.Cast<float, Vector<float>>(source);
        var target = MemoryMarshal.Cast<double, Vector<double>>(block);
        for (var i = 0; i < whole.Length; i++)
            Vector.Widen(whole[i], out target[2 * i], out target[2 * i + 1]);
        for (var i = whole.Length * Vector<float>.Count; i < source.Length; i++)
            block[i] = source[i];
    }

    public static void Doubles(ColumnVector vector, int firstRow, Span<double> block) => vector.Doubles.Slice(firstRow, block.Length).CopyTo(block);

    public static void Integers(ColumnVector vector, int firstRow, Span<double> block)
    {
        var source = vector.Integers.Slice(firstRow, block.Length);
        for (var i = 0; i < source.Length; i++)
            block[i] = source[i];
        MissingToNaN(vector, firstRow, block);
    }

    /// <summary>1 where the text is missing, else 0.</summary>
    public static void MissingText(ColumnVector vector, int firstRow, Span<double> block)
    {
        var present = vector.Present.Slice(firstRow, block.Length);
        for (var i = 0; i < block.Length; i++)
            block[i] = present[i] == 0 ? 1 : 0;
    }

    public static BlockSource DatePart(CalendarPart part, bool isDate) => (vector, firstRow, block) =>
    {
        var source = vector.Integers.Slice(firstRow, block.Length);
        for (var i = 0; i < source.Length; i++)
            block[i] = isDate ? CalendarMath.OfDay(part, source[i]) : CalendarMath.OfInstant(part, source[i]);
        MissingToNaN(vector, firstRow, block);
    };

    /// <summary>The value given for each category of text; missing and unseen get theirs.</summary>
    public static BlockSource TextMap(IReadOnlyList<string> categories, double[] values, double unseen)
    {
        var table = new CategoryTable(categories);
        return (vector, firstRow, block) =>
        {
            var text = vector.Text;
            var present = vector.Present.Slice(firstRow, block.Length);
            for (var i = 0; i < block.Length; i++)
            {
                var index = present[i] == 0 ? -1 : table.Find(text[firstRow + i]);
                block[i] = index < 0 ? unseen : values[index];
            }
        };
    }

    /// <summary>The value given for each integer, exact over all 64 bits; missing and unseen get theirs.</summary>
    public static BlockSource IntegerMap(FrozenDictionary<long, double> values, double unseen) => (vector, firstRow, block) =>
    {
        var source = vector.Integers.Slice(firstRow, block.Length);
        var present = vector.Present.Slice(firstRow, block.Length);
        for (var i = 0; i < source.Length; i++)
            block[i] = present[i] != 0 && values.TryGetValue(source[i], out var value) ? value : unseen;
    };

    public static BlockSource TextHash(int buckets, long seed) => (vector, firstRow, block) =>
    {
        for (var i = 0; i < block.Length; i++)
            block[i] = Bucket(vector.Text[firstRow + i], buckets, seed);
        MissingToNaN(vector, firstRow, block);
    };

    public static BlockSource IntegerHash(int buckets, long seed, bool isBool) => (vector, firstRow, block) =>
    {
        var source = vector.Integers.Slice(firstRow, block.Length);
        for (var i = 0; i < source.Length; i++)
            block[i] = isBool ? Bucket(source[i] != 0 ? "true"u8 : "false"u8, buckets, seed) : Bucket(source[i], buckets, seed);
        MissingToNaN(vector, firstRow, block);
    };

    /// <summary>The bucket of a whole number's decimal text.</summary>
    public static double Bucket(long value, int buckets, long seed)
    {
        Span<byte> text = stackalloc byte[LongestIntegerText];
        Utf8Formatter.TryFormat(value, text, out var length);
        return Bucket(text[..length], buckets, seed);
    }

    private static double Bucket(ReadOnlySpan<byte> text, int buckets, long seed) => XxHash64.HashToUInt64(text, seed) % (ulong)buckets;

    private static void MissingToNaN(ColumnVector vector, int firstRow, Span<double> block)
    {
        if (!vector.HasMissing)
            return;
        var present = vector.Present.Slice(firstRow, block.Length);
        for (var i = 0; i < block.Length; i++)
            block[i] = present[i] == 0 ? double.NaN : block[i];
    }
}
