using System.Buffers.Binary;
using System.Numerics;
using System.Numerics.Tensors;
using BatchEngine.Domain;
using ParquetSharp;

namespace BatchEngine.Scorer.Inputs;

/// <summary>From stored forms to ours. Missing rows come in as zero bits and leave as the kind's missing value.</summary>
internal static class StoredValues
{
    /// <summary>Converts a chunk into the vector, from the row given.</summary>
    public delegate void Conversion<T>(ReadOnlySpan<T> stored, ColumnVector target, int firstRow);

    /// <summary>1970-01-01 as a Julian day.</summary>
    public const long JulianDayOfEpoch = 2_440_588;

    private const long MicrosPerDay = 86_400_000_000;
    private const int NanosPerMicro = 1_000;
    private const int MicrosPerMilli = 1_000;

    public static unsafe ReadOnlySpan<byte> Bytes(nint pointer, int length) => length == 0 ? [] : new((void*)pointer, length);

    public static void Bools(ReadOnlySpan<bool> stored, ColumnVector target, int firstRow)
    {
        var values = target.Integers[firstRow..];
        for (var i = 0; i < stored.Length; i++)
            values[i] = stored[i] ? 1 : 0;
    }

    public static void Int32s(ReadOnlySpan<int> stored, ColumnVector target, int firstRow) =>
        TensorPrimitives.ConvertTruncating(stored, target.Integers[firstRow..]);

    public static void UInt32s(ReadOnlySpan<int> stored, ColumnVector target, int firstRow)
    {
        var values = target.Integers[firstRow..];
        for (var i = 0; i < stored.Length; i++)
            values[i] = (uint)stored[i];
    }

    public static Conversion<long> UInt64s(FileColumn column) => (stored, target, firstRow) =>
    {
        var values = target.Integers[firstRow..];
        for (var i = 0; i < stored.Length; i++)
        {
            if (stored[i] < 0)
            {
                throw new BadInputException($"column '{column.Column.Name}'", $"the unsigned value {(ulong)stored[i]}", $"at most {long.MaxValue}",
                    "Write the column as signed 64-bit, or as text when it is a key.")
                {
                    IsFaultOfData = true,
                };
            }
            values[i] = stored[i];
        }
    };

    public static Conversion<long> Millis(FileColumn column) => (stored, target, firstRow) =>
    {
        var values = target.Integers[firstRow..];
        for (var i = 0; i < stored.Length; i++)
        {
            if (Math.BigMul(stored[i], MicrosPerMilli, out var micros) != micros >> 63)
            {
                throw new BadInputException($"column '{column.Column.Name}'", $"{stored[i]} milliseconds since 1970", "an instant within 292,000 years of 1970",
                    "The column is probably not in milliseconds: mend its unit where the file is written.")
                {
                    IsFaultOfData = true,
                };
            }
            values[i] = micros;
        }
    };

    public static void Nanos(ReadOnlySpan<long> stored, ColumnVector target, int firstRow)
    {
        var values = target.Integers[firstRow..];
        for (var i = 0; i < stored.Length; i++)
            values[i] = FloorDivide(stored[i], NanosPerMicro);
    }

    /// <summary>Nanoseconds of the day in the first eight bytes, then the Julian day.</summary>
    public static void Int96s(ReadOnlySpan<Int96> stored, ColumnVector target, int firstRow)
    {
        var values = target.Integers[firstRow..];
        var present = target.Present[firstRow..];
        for (var i = 0; i < stored.Length; i++)
        {
            var nanos = (long)(uint)stored[i].A | ((long)stored[i].B << 32);
            values[i] = present[i] == 0 ? 0 : (stored[i].C - JulianDayOfEpoch) * MicrosPerDay + FloorDivide(nanos, NanosPerMicro);
        }
    }

    public static void Halves(ReadOnlySpan<FixedLenByteArray> stored, ColumnVector target, int firstRow)
    {
        var values = target.Floats[firstRow..];
        for (var i = 0; i < stored.Length; i++)
            values[i] = stored[i].Pointer == 0 ? float.NaN : (float)BinaryPrimitives.ReadHalfLittleEndian(Bytes(stored[i].Pointer, 2));
    }

    public static Conversion<int> Int32Decimals(FileColumn column)
    {
        var divisor = Divisor(column);
        return (stored, target, firstRow) =>
        {
            var values = target.Doubles[firstRow..];
            var present = target.Present[firstRow..];
            for (var i = 0; i < stored.Length; i++)
                values[i] = present[i] == 0 ? double.NaN : stored[i] / divisor;
        };
    }

    public static Conversion<long> Int64Decimals(FileColumn column)
    {
        var divisor = Divisor(column);
        return (stored, target, firstRow) =>
        {
            var values = target.Doubles[firstRow..];
            var present = target.Present[firstRow..];
            for (var i = 0; i < stored.Length; i++)
                values[i] = present[i] == 0 ? double.NaN : stored[i] / divisor;
        };
    }

    public static Conversion<ByteArray> BytesDecimals(FileColumn column)
    {
        var divisor = Divisor(column);
        return (stored, target, firstRow) =>
        {
            var values = target.Doubles[firstRow..];
            var present = target.Present[firstRow..];
            for (var i = 0; i < stored.Length; i++)
                values[i] = present[i] == 0 ? double.NaN : Unscaled(Bytes(stored[i].Pointer, stored[i].Length)) / divisor;
        };
    }

    public static Conversion<FixedLenByteArray> FixedBytesDecimals(FileColumn column)
    {
        var (divisor, length) = (Divisor(column), column.TypeLength);
        return (stored, target, firstRow) =>
        {
            var values = target.Doubles[firstRow..];
            var present = target.Present[firstRow..];
            for (var i = 0; i < stored.Length; i++)
                values[i] = present[i] == 0 ? double.NaN : Unscaled(Bytes(stored[i].Pointer, length)) / divisor;
        };
    }

    /// <summary>A power of ten is exact as a double up to 22 digits, so a decimal of up to 15 digits is rounded once.</summary>
    private static double Divisor(FileColumn column) => (double)BigInteger.Pow(10, column.Scale);

    /// <summary>Big-endian two's complement of any length.</summary>
    private static double Unscaled(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 16)
            return (double)new BigInteger(bytes, isUnsigned: false, isBigEndian: true);
        Int128 value = bytes.Length > 0 && (sbyte)bytes[0] < 0 ? -1 : 0;
        foreach (var part in bytes)
            value = (value << 8) | part;
        return (double)value;
    }

    private static long FloorDivide(long value, int divisor)
    {
        var quotient = value / divisor;
        return value % divisor < 0 ? quotient - 1 : quotient;
    }
}
