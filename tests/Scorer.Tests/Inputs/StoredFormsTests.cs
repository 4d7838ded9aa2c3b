using System.Runtime.InteropServices;
using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs;
using BatchEngine.TestKit.Folders;
using ParquetSharp;
using ParquetSharp.Schema;

namespace BatchEngine.Scorer.Tests.Inputs;

/// <summary>Stored forms that the library's typed writers do not make.</summary>
public sealed class StoredFormsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_Int96_IsMicrosecondsSinceTheEpoch()
    {
        const int julianDayOfEpoch = 2_440_588;
        const long nanosOfDay = 86_399_999_999_999;
        Int96[] stored = [new(1_999, 0, julianDayOfEpoch), new(unchecked((int)nanosOfDay), (int)(nanosOfDay >> 32), julianDayOfEpoch - 1),
            new(0, 0, julianDayOfEpoch + 19_782)];
        WriteOne(new PrimitiveNode("x", Repetition.Required, LogicalType.None(), PhysicalType.Int96), stored);

        using var batch = Read(ColumnKind.Timestamp);
        Assert.Equal([1L, -1L, 19_782L * 86_400_000_000], batch["x"].Integers.ToArray());
    }

    [Fact]
    public void Read_DecimalInBytesOfAnyLength_IsItsValue()
    {
        byte[][] texts = [[0x00], [0xFF], [0x04, 0xD2], [0xFB, 0x2E], [0x80, 0, 0, 0, 0, 0, 0, 0, 0], [1, .. new byte[17]]];
        var pinned = texts.Select(t => GCHandle.Alloc(t, GCHandleType.Pinned)).ToArray();
        WriteOne(new PrimitiveNode("x", Repetition.Required, LogicalType.Decimal(38, 2), PhysicalType.ByteArray),
            texts.Select((t, i) => new ByteArray(pinned[i].AddrOfPinnedObject(), t.Length)).ToArray());
        Array.ForEach(pinned, p => p.Free());

        using var batch = Read(ColumnKind.Decimal);
        Assert.Equal([0.0, -0.01, 12.34, -12.34, -Math.Pow(2, 71) / 100, Math.Pow(2, 136) / 100], batch["x"].Doubles.ToArray());
    }

    [Fact]
    public void Read_BytesWithoutAnnotation_AreText()
    {
        var handle = GCHandle.Alloc("ab"u8.ToArray(), GCHandleType.Pinned);
        WriteOne(new PrimitiveNode("x", Repetition.Required, LogicalType.None(), PhysicalType.ByteArray), [new ByteArray(handle.AddrOfPinnedObject(), 2)]);
        handle.Free();

        using var batch = Read(ColumnKind.Text);
        Assert.Equal("ab"u8.ToArray(), batch["x"].Text[0].ToArray());
    }

    [Theory]
    [InlineData(0L, 0.0)]
    [InlineData(long.MaxValue, 9.223372036854775807e14)]
    [InlineData(-12_345L, -1.2345)]
    public void Read_DecimalAsInt64_IsDividedByItsScale(long stored, double expected)
    {
        WriteOne(new PrimitiveNode("x", Repetition.Required, LogicalType.Decimal(18, 4), PhysicalType.Int64), [stored]);
        using var batch = Read(ColumnKind.Decimal);
        Assert.Equal(expected, batch["x"].Doubles[0]);
    }

    [Fact]
    public void Read_MillisecondsBeyondMicroseconds_AreRefused()
    {
        WriteOne(new PrimitiveNode("x", Repetition.Required, LogicalType.Timestamp(true, ParquetSharp.TimeUnit.Millis), PhysicalType.Int64),
            [long.MaxValue / 1_000, long.MaxValue / 1_000 + 1]);
        Assert.Contains("milliseconds", Assert.Throws<BadInputException>(() => Read(ColumnKind.Timestamp)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_TimeOfDayAndUuid_AreUnsupportedByName()
    {
        WriteOne(new PrimitiveNode("x", Repetition.Required, LogicalType.Time(true, ParquetSharp.TimeUnit.Millis), PhysicalType.Int32), [5]);
        using var reader = InputFileReader.Open(_folder.File("a.parquet"));
        Assert.Equal(ColumnKind.Unsupported, reader.Columns[0].Kind);
        Assert.Contains("Time", Assert.Throws<BadInputException>(() => reader.OpenRowGroup(0, ["x"])).Message, StringComparison.Ordinal);
    }

    private void WriteOne<T>(PrimitiveNode node, T[] values)
        where T : unmanaged
    {
        using var schema = new GroupNode("schema", Repetition.Required, [node]);
        using var properties = WriterProperties.GetDefaultWriterProperties();
        using var writer = new ParquetFileWriter(_folder.File("a.parquet"), schema, properties);
        using (var group = writer.AppendRowGroup())
        {
            using var column = (ColumnWriter<T>)group.NextColumn();
            column.WriteBatch(values);
        }
        writer.Close();
    }

    private UnitColumns Read(ColumnKind kind)
    {
        using var reader = InputFileReader.Open(_folder.File("a.parquet"));
        Assert.Equal(kind, reader.Columns[0].Kind);
        using var group = reader.OpenRowGroup(0, ["x"]);
        var batch = new UnitColumns(reader.Columns, 100);
        group.Read(batch, 100);
        return batch;
    }
}
