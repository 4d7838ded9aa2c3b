using System.Globalization;
using System.Runtime.InteropServices;
using ParquetSharp;

namespace BatchEngine.Host.Tests.Scenes;

/// <summary>A column of all Parquet files of an output folder, as it is stored.</summary>
/// <param name="Type">Its physical and logical type in words.</param>
/// <param name="Values">In the order of the files' names; bytes of fixed length as bytes, other bytes as text; null is missing.</param>
internal sealed record ScoredColumn(string Type, IReadOnlyList<object?> Values)
{
    /// <summary>Reads it.</summary>
    public static ScoredColumn Read(string folder, string name)
    {
        var (type, values) = ("", new List<object?>());
        foreach (var path in Directory.EnumerateFiles(folder, "*.parquet").Order(StringComparer.Ordinal))
        {
            using var file = new ParquetFileReader(path);
            var schema = file.FileMetaData.Schema;
            var index = Enumerable.Range(0, schema.NumColumns).First(i => schema.Column(i).Name == name);
            type = string.Create(CultureInfo.InvariantCulture, $"{schema.Column(index).PhysicalType} {schema.Column(index).LogicalType}");
            for (var g = 0; g < file.FileMetaData.NumRowGroups; g++)
            {
                using var group = file.RowGroup(g);
                using var reader = group.Column(index);
                values.AddRange(Take(reader, (int)group.MetaData.NumRows, schema.Column(index).TypeLength));
            }
        }
        return new ScoredColumn(type, values);
    }

    private static IEnumerable<object?> Take(ColumnReader reader, int rows, int length) => reader switch
    {
        ColumnReader<long> r => TakeAll(r, rows, v => v),
        ColumnReader<int> r => TakeAll(r, rows, v => v),
        ColumnReader<float> r => TakeAll(r, rows, v => v),
        ColumnReader<double> r => TakeAll(r, rows, v => v),
        ColumnReader<ByteArray> r => TakeAll(r, rows, v => System.Text.Encoding.UTF8.GetString(BytesAt(v.Pointer, v.Length))),
        ColumnReader<FixedLenByteArray> r => TakeAll(r, rows, v => BytesAt(v.Pointer, length)),
        _ => throw new NotSupportedException($"{reader.GetType()}"),
    };

    private static List<object?> TakeAll<T>(ColumnReader<T> reader, int rows, Func<T, object> convert)
        where T : unmanaged
    {
        var (levels, values, all) = (new short[rows], new T[rows], new List<object?>());
        while (all.Count < rows)
        {
            var read = (int)reader.ReadBatch(rows - all.Count, levels, [], values, out _);
            for (int i = 0, next = 0; i < read; i++)
                all.Add(reader.ColumnDescriptor.MaxDefinitionLevel > 0 && levels[i] == 0 ? null : convert(values[next++]));
        }
        return all;
    }

    private static byte[] BytesAt(nint pointer, int length)
    {
        var bytes = new byte[length];
        if (length > 0)
            Marshal.Copy(pointer, bytes, 0, length);
        return bytes;
    }
}
