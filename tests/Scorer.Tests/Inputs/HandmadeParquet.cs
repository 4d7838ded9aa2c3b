using System.Text;

namespace BatchEngine.Scorer.Tests.Inputs;

/// <summary>Writes a file of one float column page by page, so that pages may be as empty as no library makes them: uncompressed, plain, version 1.</summary>
internal static class HandmadeParquet
{
    /// <summary>One row group a list of pages; null values need an optional column; withheld rows are promised and not there.</summary>
    public static void Write(string path, string column, bool isOptional, float?[][][] groups, int withheldRows = 0)
    {
        var file = new List<byte>("PAR1"u8.ToArray());
        var rowGroups = new List<byte[]>();
        foreach (var pages in groups)
        {
            var (start, rows) = (file.Count, pages.Sum(p => (long)p.Length) + withheldRows);
            foreach (var page in pages)
                file.AddRange(Page(page, isOptional));
            var meta = new Thrift().I32(1, 4).List(2, 5, [Thrift.Zigzag(0), Thrift.Zigzag(3)]).List(3, 8, [Thrift.Text(column)]).I32(4, 0).I64(5, rows)
                .I64(6, file.Count - start).I64(7, file.Count - start).I64(9, start);
            var chunk = new Thrift().I64(2, start).Struct(3, meta);
            rowGroups.Add(new Thrift().List(1, 12, [chunk.Bytes()]).I64(2, file.Count - start).I64(3, rows).Bytes());
        }
        var root = new Thrift().Binary(4, "schema").I32(5, 1).Bytes();
        var leaf = new Thrift().I32(1, 4).I32(3, isOptional ? 1 : 0).Binary(4, column).Bytes();
        var footer = new Thrift().I32(1, 1).List(2, 12, [root, leaf]).I64(3, groups.Sum(g => g.Sum(p => (long)p.Length) + withheldRows)).List(4, 12, rowGroups)
            .Bytes();
        file.AddRange(footer);
        file.AddRange(BitConverter.GetBytes(footer.Length));
        file.AddRange("PAR1"u8.ToArray());
        File.WriteAllBytes(path, [.. file]);
    }

    private static byte[] Page(float?[] values, bool isOptional)
    {
        var body = new List<byte>();
        if (isOptional)
        {
            // A run of length 1 for each level.
            byte[] levels = [.. values.SelectMany(v => new byte[] { 1 << 1, v is null ? (byte)0 : (byte)1 })];
            body.AddRange(BitConverter.GetBytes(levels.Length));
            body.AddRange(levels);
        }
        foreach (var value in values)
        {
            if (value is { } present)
                body.AddRange(BitConverter.GetBytes(present));
        }
        var data = new Thrift().I32(1, values.Length).I32(2, 0).I32(3, 3).I32(4, 3);
        return [.. new Thrift().I32(1, 0).I32(2, body.Count).I32(3, body.Count).Struct(5, data).Bytes(), .. body];
    }

    /// <summary>A struct in Thrift's compact form; fields in ascending order.</summary>
    private sealed class Thrift
    {
        private readonly List<byte> _bytes = [];
        private int _last;

        public static byte[] Zigzag(long value) => Varint((ulong)((value << 1) ^ (value >> 63)));

        public static byte[] Text(string text) => [.. Varint((ulong)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

        public Thrift I32(int field, int value) => Field(field, 5, Zigzag(value));

        public Thrift I64(int field, long value) => Field(field, 6, Zigzag(value));

        public Thrift Binary(int field, string text) => Field(field, 8, Text(text));

        public Thrift Struct(int field, Thrift value) => Field(field, 12, value.Bytes());

        public Thrift List(int field, int type, IReadOnlyList<byte[]> items) =>
            Field(field, 9, [(byte)((items.Count << 4) | type), .. items.SelectMany(i => i)]);

        public byte[] Bytes() => [.. _bytes, 0];

        private Thrift Field(int field, int type, byte[] value)
        {
            _bytes.Add((byte)(((field - _last) << 4) | type));
            _bytes.AddRange(value);
            _last = field;
            return this;
        }

        private static byte[] Varint(ulong value)
        {
            var bytes = new List<byte>();
            for (; value >= 128; value >>= 7)
                bytes.Add((byte)(value | 128));
            bytes.Add((byte)value);
            return [.. bytes];
        }
    }
}
