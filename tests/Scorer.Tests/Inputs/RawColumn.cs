using System.Runtime.InteropServices;
using ParquetSharp;
using ParquetSharp.Schema;

namespace BatchEngine.Scorer.Tests.Inputs;

/// <summary>One column of a Parquet file as it is stored: its description, and each value as its stored bytes, null where it is missing.</summary>
internal sealed record RawColumn(string Name, PhysicalType Physical, LogicalType Logical, int Length, bool IsNullable, IReadOnlyList<byte[]?> Values)
{
    /// <summary>Everything that a file says of the column.</summary>
    public string Description => FormattableString.Invariant($"{Name}: {Physical}({Length}) as {Logical}, {(IsNullable ? "nullable" : "required")}");

    /// <summary>Writes a file, its row groups of at most this number of rows.</summary>
    public static void Write(string path, IReadOnlyList<RawColumn> columns, int rowsPerGroup = int.MaxValue)
    {
        using var schema = new GroupNode("schema", Repetition.Required, [.. columns.Select(c => (Node)new PrimitiveNode(c.Name,
            c.IsNullable ? Repetition.Optional : Repetition.Required, c.Logical, c.Physical, c.Length > 0 ? c.Length : -1))]);
        using var properties = WriterProperties.GetDefaultWriterProperties();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var writer = new ParquetFileWriter(path, schema, properties);
        foreach (var from in Enumerable.Range(0, columns[0].Values.Count).Where(i => i % rowsPerGroup == 0))
        {
            using var group = writer.AppendRowGroup();
            foreach (var column in columns)
            {
                using var target = group.NextColumn();
                column.Put(target, [.. column.Values.Skip(from).Take(rowsPerGroup)]);
            }
        }
        writer.Close();
    }

    /// <summary>Reads a column of several files back, which must describe it alike.</summary>
    public static RawColumn Read(IReadOnlyList<string> paths, string name)
    {
        var parts = paths.Select(p => Read(p, name)).ToArray();
        Assert.All(parts, p => Assert.Equal(parts[0].Description, p.Description));
        return parts[0] with { Values = [.. parts.SelectMany(p => p.Values)] };
    }

    /// <summary>Reads a column back.</summary>
    public static RawColumn Read(string path, string name)
    {
        using var file = new ParquetFileReader(path);
        var schema = file.FileMetaData.Schema;
        var index = Enumerable.Range(0, schema.NumColumns).First(i => schema.Column(i).Name == name);
        var descriptor = schema.Column(index);
        var values = new List<byte[]?>();
        for (var g = 0; g < file.FileMetaData.NumRowGroups; g++)
        {
            using var group = file.RowGroup(g);
            using var reader = group.Column(index);
            values.AddRange(Take(reader, (int)group.MetaData.NumRows, descriptor));
        }
        var length = descriptor.PhysicalType == PhysicalType.FixedLenByteArray ? descriptor.TypeLength : 0;
        return new RawColumn(name, descriptor.PhysicalType, descriptor.LogicalType, length, descriptor.MaxDefinitionLevel > 0, values);
    }

    private void Put(ColumnWriter target, byte[]?[] values)
    {
        var there = values.Where(v => v is not null).Select(v => v!).ToArray();
        var levels = values.Select(v => (short)(v is null ? 0 : 1)).ToArray();
        var pins = there.Select(v => GCHandle.Alloc(v, GCHandleType.Pinned)).ToArray();
        switch (Physical)
        {
            case PhysicalType.Boolean: PutAll(target, levels, there.Select(v => v[0] != 0)); break;
            case PhysicalType.Int32: PutAll(target, levels, there.Select(v => BitConverter.ToInt32(v))); break;
            case PhysicalType.Int64: PutAll(target, levels, there.Select(v => BitConverter.ToInt64(v))); break;
            case PhysicalType.Int96: PutAll(target, levels, there.Select(v => MemoryMarshal.Read<Int96>(v))); break;
            case PhysicalType.Float: PutAll(target, levels, there.Select(v => BitConverter.ToSingle(v))); break;
            case PhysicalType.Double: PutAll(target, levels, there.Select(v => BitConverter.ToDouble(v))); break;
            case PhysicalType.ByteArray: PutAll(target, levels, there.Select((v, i) => new ByteArray(pins[i].AddrOfPinnedObject(), v.Length))); break;
            default: PutAll(target, levels, there.Select((_, i) => new FixedLenByteArray(pins[i].AddrOfPinnedObject()))); break;
        }
        Array.ForEach(pins, p => p.Free());
    }

    private void PutAll<T>(ColumnWriter target, short[] levels, IEnumerable<T> values)
        where T : unmanaged
    {
        if (IsNullable)
            ((ColumnWriter<T>)target).WriteBatch(levels.Length, levels, [], values.ToArray());
        else
            ((ColumnWriter<T>)target).WriteBatch(values.ToArray());
    }

    private static IEnumerable<byte[]?> Take(ColumnReader reader, int rows, ColumnDescriptor descriptor) => descriptor.PhysicalType switch
    {
        PhysicalType.Boolean => TakeAll<bool>(reader, rows, v => [v ? (byte)1 : (byte)0]),
        PhysicalType.Int32 => TakeAll<int>(reader, rows, BitConverter.GetBytes),
        PhysicalType.Int64 => TakeAll<long>(reader, rows, BitConverter.GetBytes),
        PhysicalType.Int96 => TakeAll<Int96>(reader, rows, v => MemoryMarshal.AsBytes(new ReadOnlySpan<Int96>(in v)).ToArray()),
        PhysicalType.Float => TakeAll<float>(reader, rows, BitConverter.GetBytes),
        PhysicalType.Double => TakeAll<double>(reader, rows, BitConverter.GetBytes),
        PhysicalType.ByteArray => TakeAll<ByteArray>(reader, rows, v => BytesAt(v.Pointer, v.Length)),
        _ => TakeAll<FixedLenByteArray>(reader, rows, v => BytesAt(v.Pointer, descriptor.TypeLength)),
    };

    private static List<byte[]?> TakeAll<T>(ColumnReader reader, int rows, Func<T, byte[]> bytes)
        where T : unmanaged
    {
        var (typed, isNullable) = ((ColumnReader<T>)reader, reader.ColumnDescriptor.MaxDefinitionLevel > 0);
        var all = new List<byte[]?>();
        var (levels, values) = (new short[rows], new T[rows]);
        while (all.Count < rows)
        {
            var read = (int)typed.ReadBatch(rows - all.Count, levels, [], values, out _);
            var next = 0;
            for (var i = 0; i < read; i++)
                all.Add(isNullable && levels[i] == 0 ? null : bytes(values[next++]));
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
