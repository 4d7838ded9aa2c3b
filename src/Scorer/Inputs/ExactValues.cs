using System.Runtime.InteropServices;
using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs.KeyTexts;
using ParquetSharp;

namespace BatchEngine.Scorer.Inputs;

/// <summary>Conversions for columns that are copied or that name predictions: nothing of a value is lost. Missing rows leave as 0 or as empty text.</summary>
internal static class ExactValues
{
    private const int MaxTextBytes = 1_024;

    /// <summary>The bytes of values of one length.</summary>
    public static StoredValues.Conversion<FixedLenByteArray> FixedBytes(FileColumn column) => (stored, target, _) =>
    {
        foreach (var value in stored)
            target.Text.Append(BytesOf(value, column.TypeLength));
    };

    /// <summary>The twelve bytes of an old timestamp.</summary>
    public static void Int96Bytes(ReadOnlySpan<Int96> stored, ColumnVector target, int firstRow)
    {
        var present = target.Present[firstRow..];
        for (var i = 0; i < stored.Length; i++)
            target.Text.Append(present[i] == 0 ? [] : MemoryMarshal.AsBytes(stored.Slice(i, 1)));
    }

    /// <summary>Decimals without fraction as whole numbers.</summary>
    public static StoredValues.Conversion<ByteArray> BytesWhole(FileColumn column) => (stored, target, firstRow) =>
    {
        var values = target.Integers[firstRow..];
        for (var i = 0; i < stored.Length; i++)
            values[i] = Whole(StoredValues.Bytes(stored[i].Pointer, stored[i].Length), column);
    };

    /// <summary>Decimals without fraction as whole numbers.</summary>
    public static StoredValues.Conversion<FixedLenByteArray> FixedBytesWhole(FileColumn column) => (stored, target, firstRow) =>
    {
        var values = target.Integers[firstRow..];
        for (var i = 0; i < stored.Length; i++)
            values[i] = Whole(BytesOf(stored[i], column.TypeLength), column);
    };

    /// <summary>true and false.</summary>
    public static void BoolText(ReadOnlySpan<bool> stored, ColumnVector target, int firstRow)
    {
        var present = target.Present[firstRow..];
        for (var i = 0; i < stored.Length; i++)
            target.Text.Append(present[i] == 0 ? [] : stored[i] ? "true"u8 : "false"u8);
    }

    /// <summary>Decimals, dates and times of 32 bits.</summary>
    public static StoredValues.Conversion<int> Int32Text(FileColumn column)
    {
        var write = Writer(column.Column.Stored!);
        return (stored, target, firstRow) =>
        {
            Span<byte> text = stackalloc byte[MaxTextBytes];
            var present = target.Present[firstRow..];
            for (var i = 0; i < stored.Length; i++)
                target.Text.Append(present[i] == 0 ? [] : text[..write(stored[i], text)]);
        };
    }

    /// <summary>Decimals, times, timestamps and unsigned integers of 64 bits.</summary>
    public static StoredValues.Conversion<long> Int64Text(FileColumn column)
    {
        var write = Writer(column.Column.Stored!);
        return (stored, target, firstRow) =>
        {
            Span<byte> text = stackalloc byte[MaxTextBytes];
            var present = target.Present[firstRow..];
            for (var i = 0; i < stored.Length; i++)
                target.Text.Append(present[i] == 0 ? [] : text[..write(stored[i], text)]);
        };
    }

    /// <summary>Old timestamps.</summary>
    public static void Int96Text(ReadOnlySpan<Int96> stored, ColumnVector target, int firstRow)
    {
        Span<byte> text = stackalloc byte[MaxTextBytes];
        var present = target.Present[firstRow..];
        for (var i = 0; i < stored.Length; i++)
        {
            var nanos = (long)(uint)stored[i].A | ((long)stored[i].B << 32);
            target.Text.Append(present[i] == 0 ? []
                : text[..InstantText.Write(stored[i].C - StoredValues.JulianDayOfEpoch, nanos, FractionDigits.Nanos, isUtc: true, text)]);
        }
    }

    /// <summary>Decimals.</summary>
    public static StoredValues.Conversion<ByteArray> BytesText(FileColumn column) => (stored, target, firstRow) =>
    {
        Span<byte> text = stackalloc byte[MaxTextBytes];
        var present = target.Present[firstRow..];
        for (var i = 0; i < stored.Length; i++)
        {
            target.Text.Append(present[i] == 0 ? []
                : text[..DecimalText.Write(StoredValues.Bytes(stored[i].Pointer, stored[i].Length), column.Scale, text)]);
        }
    };

    /// <summary>Decimals and UUIDs.</summary>
    public static StoredValues.Conversion<FixedLenByteArray> FixedBytesText(FileColumn column) => (stored, target, firstRow) =>
    {
        Span<byte> text = stackalloc byte[MaxTextBytes];
        var isUuid = column.Column.Stored!.Meaning == ValueMeaning.Uuid;
        var present = target.Present[firstRow..];
        for (var i = 0; i < stored.Length; i++)
        {
            var bytes = BytesOf(stored[i], column.TypeLength);
            target.Text.Append(present[i] == 0 ? []
                : text[..(isUuid ? UuidText.Write(bytes, text) : DecimalText.Write(bytes, column.Scale, text))]);
        }
    };

    private static Func<long, Span<byte>, int> Writer(StoredType type) => type.Meaning switch
    {
        ValueMeaning.Date => InstantText.WriteDate,
        ValueMeaning.Time => (value, text) => InstantText.WriteTime(value, type.Fraction, type.IsUtc, text),
        ValueMeaning.Timestamp => (value, text) => InstantText.WriteTimestamp(value, type.Fraction, type.IsUtc, text),
        ValueMeaning.Decimal => (value, text) => DecimalText.Write(value, type.Scale, text),
        _ => (value, text) => DecimalText.WriteUnsigned((ulong)value, text),
    };

    private static ReadOnlySpan<byte> BytesOf(FixedLenByteArray value, int length) => value.Pointer == 0 ? [] : StoredValues.Bytes(value.Pointer, length);

    private static long Whole(ReadOnlySpan<byte> bytes, FileColumn column) => DecimalText.TryWhole(bytes, out var value) ? value
        : throw new BadInputException($"column '{column.Column.Name}'", $"the bytes {Convert.ToHexString(bytes)}",
            $"at most {KeyKinds.MaxWholeDigits} digits, as {column.Column.PhysicalType} says", "The file is damaged: write it again.")
        {
            IsFaultOfData = true,
        };
}
