using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Inputs.Manifests;
using BatchEngine.TestKit.Folders;
using ParquetSharp;
using static BatchEngine.Scorer.Tests.Inputs.ParquetFiles;
using Encoding = System.Text.Encoding;

namespace BatchEngine.Scorer.Tests.Inputs;

public sealed class InputFileReaderTests : IDisposable
{
    private const int Rows = 1_000;
    private static readonly DateTime Start = new(2026, 1, 31, 23, 59, 59, DateTimeKind.Utc);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, ColumnKind, string> Kinds()
    {
        var data = new TheoryData<string, ColumnKind, string>();
        foreach (var (name, kind) in AllColumns(nullable: false).Select(c => (c.Data.Column.Name, c.Kind)))
        {
            data.Add(name, kind, "required");
            data.Add(name, kind, "nullable");
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Read_ColumnOfAnyKind_GivesItsValuesInSlices(string name, ColumnKind kind, string presence)
    {
        var column = AllColumns(presence == "nullable").Single(c => c.Data.Column.Name == name);
        var path = _folder.File("a.parquet");
        Write(path, [column.Data], rowsPerGroup: 400, b => b.DataPagesize(512));

        using var reader = InputFileReader.Open(path);
        Assert.Equal(kind, reader.Columns.Single().Kind);
        Assert.Equal(presence == "nullable" || kind == ColumnKind.Text, reader.Columns.Single().IsNullable);
        var row = 0;
        foreach (var batch in ReadAll(reader, 7))
        {
            for (var i = 0; i < batch.Rows; i++, row++)
            {
                var expected = presence == "nullable" && row % 3 == 0 ? null : column.Expected(row);
                Assert.Equal(expected, ValueOf(batch[0], i));
                Assert.Equal(expected is null ? 0 : 1, batch[0].Present[i]);
            }
        }
        Assert.Equal(Rows, row);
    }

    [Theory]
    [InlineData(Compression.Uncompressed, ParquetDataPageVersion.V1, true)]
    [InlineData(Compression.Snappy, ParquetDataPageVersion.V1, false)]
    [InlineData(Compression.Snappy, ParquetDataPageVersion.V2, true)]
    [InlineData(Compression.Gzip, ParquetDataPageVersion.V1, true)]
    [InlineData(Compression.Gzip, ParquetDataPageVersion.V2, false)]
    [InlineData(Compression.Zstd, ParquetDataPageVersion.V2, true)]
    [InlineData(Compression.Lz4, ParquetDataPageVersion.V1, true)]
    [InlineData(Compression.Lz4, ParquetDataPageVersion.V2, false)]
    [InlineData(Compression.Brotli, ParquetDataPageVersion.V1, true)]
    public void Read_AnyCodecPageVersionAndDictionary_GivesTheSameValues(Compression codec, ParquetDataPageVersion pages, bool dictionary)
    {
        var path = _folder.File("a.parquet");
        float?[] floats = [.. Enumerable.Range(0, 5_000).Select(i => i % 11 == 0 ? (float?)null : i % 17 * 0.5f)];
        string[] texts = [.. Enumerable.Range(0, 5_000).Select(i => $"text {i % 13}")];
        Write(path, [Data.Of("x", floats), Data.Of("t", texts)], 2_000, b =>
        {
            b.Compression(codec).DataPageVersion(pages).DataPagesize(1_000);
            if (!dictionary)
                b.DisableDictionary();
        });

        using var reader = InputFileReader.Open(path);
        var row = 0;
        foreach (var batch in ReadAll(reader, 333))
        {
            for (var i = 0; i < batch.Rows; i++, row++)
            {
                Assert.Equal(floats[row] ?? float.NaN, batch[0].Floats[i]);
                Assert.Equal(texts[row], Encoding.UTF8.GetString(batch[1].Text[i]));
            }
        }
        Assert.Equal(5_000, row);
    }

    [Fact]
    public void Read_BatchAfterOneWithMissing_SaysThatNoneIsMissing()
    {
        var path = _folder.File("a.parquet");
        Write(path, [Data.Of("x", [1f, null, 3f, (float?)4f])]);
        using var reader = InputFileReader.Open(path);
        using var group = reader.OpenRowGroup(0, ["x"]);
        using var batch = new UnitColumns(reader.Columns, 2);

        Assert.Equal(2, group.Read(batch, 100));
        Assert.True(batch["x"].HasMissing);
        Assert.Equal(2, group.Read(batch, 100));
        Assert.False(batch["x"].HasMissing);
        Assert.Equal([1, 1], batch["x"].Present.ToArray());
        Assert.Equal([3f, 4f], batch["x"].Floats.ToArray());
        Assert.Equal(0, group.Read(batch, 100));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(250)]
    [InlineData(999)]
    [InlineData(1_000)]
    public void Skip_SomeRows_ReadsOnFromThere(int skipped)
    {
        foreach (var nullable in new[] { false, true })
        {
            var columns = AllColumns(nullable);
            var path = _folder.File($"{nullable}.parquet");
            Write(path, [.. columns.Select(c => c.Data)], configure: b => b.DataPagesize(300));
            using var reader = InputFileReader.Open(path);
            using var group = reader.OpenRowGroup(0, [.. columns.Select(c => c.Data.Column.Name)]);
            using var batch = new UnitColumns(reader.Columns, Rows);

            group.Skip(skipped);
            Assert.Equal(skipped, group.Position);
            Assert.Equal(Rows - skipped, group.Read(batch, Rows));
            for (var i = 0; i < batch.Rows; i++)
            {
                for (var c = 0; c < columns.Length; c++)
                    Assert.Equal(nullable && (i + skipped) % 3 == 0 ? null : columns[c].Expected(i + skipped), ValueOf(batch[c], i));
            }
        }
    }

    [Fact]
    public void Read_SomeOfTheColumns_LeavesTheOthersAlone()
    {
        var path = _folder.File("a.parquet");
        Write(path, [Data.Of("a", [1f, 2f]), Data.Of("b", ["x", "y"]), Data.Of("c", [5L, 6L])]);
        using var reader = InputFileReader.Open(path);
        using var group = reader.OpenRowGroup(0, ["c", "a"]);
        using var batch = new UnitColumns(group.Columns, 10);

        Assert.Equal(2, group.Read(batch, 10));
        Assert.Equal([5L, 6L], batch[0].Integers.ToArray());
        Assert.Equal([1f, 2f], batch["a"].Floats.ToArray());
        Assert.Equal(-1, batch.IndexOf("b"));
    }

    [Fact]
    public void Read_UnsignedValueBeyondSigned64Bits_IsRefusedByName()
    {
        var path = _folder.File("a.parquet");
        Write(path, [Data.Of("u", [1UL, ulong.MaxValue])]);
        using var reader = InputFileReader.Open(path);
        using var group = reader.OpenRowGroup(0, ["u"]);
        using var batch = new UnitColumns(group.Columns, 10);

        var problem = Assert.Throws<BadInputException>(() => group.Read(batch, 10));
        Assert.Contains("18446744073709551615", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenRowGroup_NestedColumn_NamesItAndItsType()
    {
        var path = _folder.File("a.parquet");
        Write(path, [Data.Of("flat", [1f]), Data.Of("list", [new[] { 1, 2 }])]);
        using var reader = InputFileReader.Open(path);

        Assert.Equal([ColumnKind.Float, ColumnKind.Unsupported], reader.Columns.Select(c => c.Kind));
        var problem = Assert.Throws<BadInputException>(() => reader.OpenRowGroup(0, ["list"]));
        Assert.Contains("column 'list'", problem.Message, StringComparison.Ordinal);
        Assert.Contains("lists of Int32", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ByteFlippedInAPage_NamesFileRowGroupAndColumnOrGivesOtherValues()
    {
        var path = _folder.File("a.parquet");
        Write(path, [Data.Of("x", Enumerable.Range(0, 1_000).Select(i => (float)i).ToArray())], configure: b =>
            b.Compression(Compression.Gzip).DisableDictionary());
        var bytes = File.ReadAllBytes(path);
        bytes.AsSpan(60, 40).Fill(0xFF);
        File.WriteAllBytes(path, bytes);

        using var reader = InputFileReader.Open(path);
        using var group = reader.OpenRowGroup(0, ["x"]);
        using var batch = new UnitColumns(group.Columns, 1_000);
        var problem = Assert.Throws<BadInputException>(() => group.Read(batch, 1_000));
        Assert.Contains($"{path}, row group 0, column 'x'", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_FileReplacedAfterFreezing_IsRefused()
    {
        var path = _folder.File("a.parquet");
        WriteCounting(path, 100);
        var planned = (await InputCatalog.FreezeAsync([path], new InputNeeds(["x"], null, []), TestContext.Current.CancellationToken)).Files[0];
        InputFileReader.Open(planned).Dispose();

        File.SetLastWriteTimeUtc(path, Start);
        Assert.Contains("content tag", Assert.Throws<BadInputException>(() => InputFileReader.Open(planned)).Message, StringComparison.Ordinal);
        WriteCounting(path, 50);
        Assert.Contains("as when the run was planned", Assert.Throws<BadInputException>(() => InputFileReader.Open(planned)).Message, StringComparison.Ordinal);
        File.Delete(path);
        Assert.Throws<BadInputException>(() => InputFileReader.Open(planned));
    }

    private static IEnumerable<UnitColumns> ReadAll(InputFileReader reader, int batchRows)
    {
        using var batch = new UnitColumns(reader.Columns, batchRows);
        for (var g = 0; g < reader.RowGroupCount; g++)
        {
            using var group = reader.OpenRowGroup(g, [.. reader.Columns.Select(c => c.Name)]);
            Assert.Equal(reader.RowGroupSizes()[g].Rows, group.Rows);
            while (group.Read(batch, int.MaxValue) > 0)
                yield return batch;
        }
    }

    private static object? ValueOf(ColumnVector vector, int row)
    {
        if (vector.Present[row] == 0)
        {
            Assert.True(vector.HasMissing);
            return null;
        }
        return vector.Kind switch
        {
            ColumnKind.Float => vector.Floats[row],
            ColumnKind.Double or ColumnKind.Decimal => vector.Doubles[row],
            ColumnKind.Text => Encoding.UTF8.GetString(vector.Text[row]),
            _ => vector.Integers[row],
        };
    }

    private static ParquetFilesCase[] AllColumns(bool nullable)
    {
        static long Micros(int i) => (Start - DateTime.UnixEpoch).Ticks / 10 + (i - 500) * 1_000_003L;
        static LogicalType Stamp(TimeUnit unit) => LogicalType.Timestamp(true, unit);
        return
        [
            Case("int8", ColumnKind.Integer, i => (sbyte)(i % 200 - 100), i => (long)(i % 200 - 100)),
            Case("uint8", ColumnKind.Integer, i => (byte)(i % 256), i => (long)(i % 256)),
            Case("int16", ColumnKind.Integer, i => (short)(i * 30 - 15_000), i => (long)(i * 30 - 15_000)),
            Case("uint16", ColumnKind.Integer, i => (ushort)(i * 60), i => i * 60L),
            Case("int32", ColumnKind.Integer, i => i * 1_000_003, i => (long)(i * 1_000_003)),
            Case("uint32", ColumnKind.Integer, i => uint.MaxValue - (uint)i, i => (long)(uint.MaxValue - (uint)i)),
            Case("int64", ColumnKind.Integer, i => long.MinValue + i, i => long.MinValue + i),
            Case("uint64", ColumnKind.Integer, i => (ulong)i << 40, i => (long)i << 40),
            Case("float", ColumnKind.Float, i => i / 7f, i => i / 7f),
            Case("double", ColumnKind.Double, i => i / 7.0, i => i / 7.0),
            Case("half", ColumnKind.Float, i => (Half)i, i => (float)(Half)i),
            Case("bool", ColumnKind.Bool, i => i % 5 < 2, i => i % 5 < 2 ? 1L : 0L),
            Case("date", ColumnKind.Date, i => new Date(i * 50 - 20_000), i => i * 50L - 20_000, LogicalType.Date()),
            Case("millis", ColumnKind.Timestamp, i => DateTime.UnixEpoch.AddMilliseconds(i - 500), i => (i - 500) * 1_000L, Stamp(TimeUnit.Millis)),
            Case("micros", ColumnKind.Timestamp, i => DateTime.UnixEpoch.AddTicks(Micros(i) * 10), i => Micros(i), Stamp(TimeUnit.Micros)),
            Case("nanos", ColumnKind.Timestamp, i =>
                new DateTimeNanos((i - 500) * 999L), i => (long)Math.Floor((i - 500) * 999 / 1_000.0), Stamp(TimeUnit.Nanos)),
            Case("decimal9", ColumnKind.Decimal, i => (i - 500) / 100m, i => (double)((i - 500) / 100m), LogicalType.Decimal(9, 2)),
            Case("decimal18", ColumnKind.Decimal, i => (i - 500) / 1000m, i => (double)((i - 500) / 1000m), LogicalType.Decimal(18, 3)),
            Case("decimal29", ColumnKind.Decimal, i => (i - 500) / 1000m, i => (double)((i - 500) / 1000m), LogicalType.Decimal(29, 3)),
            new(Data.Of("text", [.. Enumerable.Range(0, Rows).Select(i => nullable && i % 3 == 0 ? null! : Text(i))]), ColumnKind.Text, Text),
        ];

        static string Text(int i) => i % 5 == 0 ? "" : $"größe {i}";

        ParquetFilesCase Case<T>(string name, ColumnKind kind, Func<int, T> stored, Func<int, object> expected, LogicalType? type = null)
            where T : struct => new(
            nullable ? Data.Of(name, [.. Enumerable.Range(0, Rows).Select(i => i % 3 == 0 ? (T?)null : stored(i))], type)
                : Data.Of(name, [.. Enumerable.Range(0, Rows).Select(stored)], type),
            kind, expected);
    }

    private sealed record ParquetFilesCase(Data Data, ColumnKind Kind, Func<int, object> Expected);
}
