using System.Buffers.Binary;
using System.Numerics;
using BatchEngine.Domain;
using Parquet.Meta;
using Parquet.Schema;

namespace BatchEngine.Scorer.Outputs;

/// <summary>Puts a column of fixed-size values together as one uncompressed data page. Pure.</summary>
internal static class PlainPage
{
    // Thrift's compact protocol: a field begins with the distance to the one before it and its type.
    private const byte Next32 = 0x15;
    private const byte SecondNextStruct = 0x2C;
    private const byte End = 0;

    /// <summary>The column chunk.</summary>
    /// <param name="field">The column in the file's schema.</param>
    /// <param name="form">How its values are kept.</param>
    /// <param name="values">The bytes of the values that are there, end to end.</param>
    /// <param name="present">1 for a row with a value, 0 for one without; all are 1 in a column that is never missing.</param>
    public static EncodedColumn Of(DataField field, StoredForm form, ReadOnlySpan<byte> values, ReadOnlySpan<byte> present)
    {
        using var body = new MemoryStream(values.Length + (present.Length / 8) + 16);
        if (field.IsNullable)
            WriteLevels(body, present);
        body.Write(values);
        using var page = new MemoryStream((int)body.Length + 32);
        WriteHeader(page, (int)body.Length, present.Length);
        body.WriteTo(page);
        var nulls = present.Count((byte)0);
        return new EncodedColumn(
            new ColumnMetaData
            {
                Type = form == StoredForm.Int96 ? Parquet.Meta.Type.INT96 : Parquet.Meta.Type.FIXED_LEN_BYTE_ARRAY,
                Encodings = [Encoding.PLAIN, Encoding.RLE],
                PathInSchema = [field.Name],
                Codec = CompressionCodec.UNCOMPRESSED,
                NumValues = present.Length,
                TotalUncompressedSize = page.Length,
                TotalCompressedSize = page.Length,
                Statistics = new Statistics { NullCount = nulls },
            }, page.ToArray());
    }

    // One run of bits, eight rows a byte, the first in the lowest bit, behind the length of it all.
    private static void WriteLevels(MemoryStream target, ReadOnlySpan<byte> present)
    {
        var groups = (present.Length + 7) / 8;
        var header = ((uint)groups << 1) | 1;
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, VarintBytes(header) + groups);
        target.Write(length);
        WriteVarint(target, header);
        for (var from = 0; from < present.Length; from += 8)
        {
            var bits = 0;
            var rows = present[from..Math.Min(present.Length, from + 8)];
            for (var i = 0; i < rows.Length; i++)
                bits |= rows[i] << i;
            target.WriteByte((byte)bits);
        }
    }

    private static void WriteHeader(MemoryStream target, int bodyBytes, int rows)
    {
        Write32(target, (int)PageType.DATA_PAGE);
        Write32(target, bodyBytes);
        Write32(target, bodyBytes); // compressed
        target.WriteByte(SecondNextStruct); // no checksum between
        Write32(target, rows);
        Write32(target, (int)Encoding.PLAIN);
        Write32(target, (int)Encoding.RLE); // of definition levels
        Write32(target, (int)Encoding.RLE); // of repetition levels
        target.WriteByte(End);
        target.WriteByte(End);
    }

    private static void Write32(MemoryStream target, int value)
    {
        target.WriteByte(Next32);
        WriteVarint(target, (uint)((value << 1) ^ (value >> 31)));
    }

    private static void WriteVarint(MemoryStream target, uint value)
    {
        for (; value >= 0x80; value >>= 7)
            target.WriteByte((byte)(value | 0x80));
        target.WriteByte((byte)value);
    }

    private static int VarintBytes(uint value) => (BitOperations.Log2(value | 1) / 7) + 1;
}
