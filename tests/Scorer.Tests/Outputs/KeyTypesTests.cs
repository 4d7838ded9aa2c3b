using BatchEngine.Domain;
using BatchEngine.Scorer.OneShot;
using BatchEngine.Scorer.Tests.Execution;
using BatchEngine.Scorer.Tests.Inputs;
using BatchEngine.TestKit.Folders;
using ParquetSharp;
using static ParquetSharp.TimeUnit;

namespace BatchEngine.Scorer.Tests.Outputs;

/// <summary>Every type whose values have one exact text can be a key, and that text is the value's own.</summary>
public sealed class KeyTypesTests
{
    /// <summary>A type, stored values, and the keys that they are; integers are whole numbers, texts are texts.</summary>
    public static TheoryData<string> Types() => [.. Cases().Select(c => c.Column.Name)];

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Key_OfTypeWithOneExactText_IsThatText(string name)
    {
        var (column, keys) = Cases().Single(c => c.Column.Name == name);
        using var folder = new TemporaryFolder();
        RawColumn.Write(folder.File("in/a.parquet"), [column with { Name = "id" }, .. Features(column.Values.Count)]);
        var read = RawColumn.Read(await ScoreAsync(folder), "id");
        Assert.Equal(keys, read.Values.Select(v =>
            read.Physical == PhysicalType.Int64 ? BitConverter.ToInt64(v!) : (object)System.Text.Encoding.UTF8.GetString(v!)));
        Assert.True(read.Physical == PhysicalType.Int64 || read.Logical.Type == LogicalTypeEnum.String);
        Assert.False(read.IsNullable);
    }

    [Fact]
    public async Task Key_Missing_IsRejectedWhateverItsType()
    {
        foreach (var (column, _) in Cases())
        {
            using var folder = new TemporaryFolder();
            RawColumn.Write(folder.File("in/a.parquet"), [column with { Name = "id", IsNullable = true, Values = [null, .. column.Values] },
                .. Features(column.Values.Count + 1)]);
            Assert.Equal(column.Values.Count, RawColumn.Read(await ScoreAsync(folder, rejects: 1), "id").Values.Count);
        }
    }

    [Fact]
    public async Task Key_TextThatIsNoUtf8_IsRejectedWithItsBytes()
    {
        using var folder = new TemporaryFolder();
        byte[][] values = ["good"u8.ToArray(), [0xC3], [0x28, 0xFF], "é"u8.ToArray(), [0xA9, 0x41]]; // the last but one and the last are valid only together
        RawColumn.Write(folder.File("in/a.parquet"), [new RawColumn("id", PhysicalType.ByteArray, LogicalType.None(), 0, false, values), .. Features(5)]);
        Assert.Equal([values[0], values[3]], RawColumn.Read(await ScoreAsync(folder, rejects: 3), "id").Values);
        var message = (await Assert.ThrowsAsync<RejectBudgetExceededException>(() => ScoreAsync(folder, output: "other"))).Message;
        Assert.Contains("UTF-8", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("float")]
    [InlineData("fixed")]
    [InlineData("float16")]
    [InlineData("bson")]
    public async Task Key_WithoutOneExactText_IsRefusedByASentence(string type)
    {
        using var folder = new TemporaryFolder();
        var column = type switch
        {
            "float" => new RawColumn("id", PhysicalType.Float, LogicalType.None(), 0, false, [new byte[4]]),
            "fixed" => new RawColumn("id", PhysicalType.FixedLenByteArray, LogicalType.None(), 4, false, [new byte[4]]),
            "float16" => new RawColumn("id", PhysicalType.FixedLenByteArray, LogicalType.Float16(), 2, false, [new byte[2]]),
            _ => new RawColumn("id", PhysicalType.ByteArray, LogicalType.Bson(), 0, false, [new byte[4]]),
        };
        RawColumn.Write(folder.File("in/a.parquet"), [column, .. Features(1)]);
        var message = (await Assert.ThrowsAsync<BadInputException>(() => ScoreAsync(folder))).Message;
        Assert.Contains("one exact text", message, StringComparison.Ordinal);
        Assert.Contains(column.Physical.ToString(), message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_OfAnotherUnitInALaterFile_IsRefused()
    {
        using var folder = new TemporaryFolder();
        foreach (var (file, unit) in new[] { ("a", Millis), ("b", Micros) })
            RawColumn.Write(folder.File($"in/{file}.parquet"), [Column("id", PhysicalType.Int64, LogicalType.Timestamp(true, unit), Long(1)), .. Features(1)]);
        var message = (await Assert.ThrowsAsync<BadInputException>(() => ScoreAsync(folder))).Message;
        Assert.Contains("b.parquet", message, StringComparison.Ordinal);
    }

    private static IEnumerable<(RawColumn Column, object[] Keys)> Cases()
    {
        const long noon = 43_200_000;
        yield return (Column("int32", PhysicalType.Int32, LogicalType.None(), Int(-5), Int(7)), [-5L, 7L]);
        yield return (Column("uint32", PhysicalType.Int32, LogicalType.Int(32, false), Int(-1)), [4_294_967_295L]);
        yield return (Column("int64", PhysicalType.Int64, LogicalType.None(), Long(long.MinValue)), [long.MinValue]);
        yield return (Column("uint64", PhysicalType.Int64, LogicalType.Int(64, false), Long(-1), Long(3)), ["18446744073709551615", "3"]);
        yield return (Column("bool", PhysicalType.Boolean, LogicalType.None(), [1], [0]), ["true", "false"]);
        yield return (Column("wholeDecimal9", PhysicalType.Int32, LogicalType.Decimal(9, 0), Int(-12)), [-12L]);
        yield return (Column("wholeDecimal18", PhysicalType.Int64, LogicalType.Decimal(18, 0), Long(12)), [12L]);
        yield return (Column("wholeDecimal18Fixed", 8, LogicalType.Decimal(18, 0), [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE]), [-2L]);
        yield return (Column("wholeDecimal18Bytes", PhysicalType.ByteArray, LogicalType.Decimal(18, 0), [0x01, 0x00]), [256L]);
        yield return (Column("wholeDecimal38", 16, LogicalType.Decimal(38, 0), Wide(100), Wide(-100)), ["100", "-100"]);
        yield return (Column("decimal9", PhysicalType.Int32, LogicalType.Decimal(9, 2), Int(5), Int(-5), Int(0), Int(12_345), Int(-12_300)),
            ["0.05", "-0.05", "0.00", "123.45", "-123.00"]);
        yield return (Column("decimal38", 16, LogicalType.Decimal(38, 37), Wide(1)), ["0.0000000000000000000000000000000000001"]);
        yield return (Column("decimal76", 32, LogicalType.Decimal(76, 2), [0x00, 0x80, .. new byte[30]]),
            ["2261564242916331941866620800950935700259179388000792266395655937654553313.28"]);
        yield return (Column("decimalBytes", PhysicalType.ByteArray, LogicalType.Decimal(20, 3), [0x80], [0x7F]), ["-0.128", "0.127"]);
        yield return (Column("uuid", 16, LogicalType.Uuid(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0xA, 0xB, 0xC, 0xD, 0xE, 0xFF]),
            ["00010203-0405-0607-0809-0a0b0c0d0eff"]);
        yield return (Column("date", PhysicalType.Int32, LogicalType.Date(), Int(0), Int(-1), Int(20_514), Int(-719_529), Int(2_932_897)),
            ["1970-01-01", "1969-12-31", "2026-03-02", "-000001-12-31", "+010000-01-01"]);
        yield return (Column("timeMillis", PhysicalType.Int32, LogicalType.Time(true, Millis), Int(86_399_007)), ["23:59:59.007Z"]);
        yield return (Column("timeNanos", PhysicalType.Int64, LogicalType.Time(false, Nanos), Long(1)), ["00:00:00.000000001"]);
        yield return (Column("millis", PhysicalType.Int64, LogicalType.Timestamp(true, Millis), Long(noon), Long(-1)),
            ["1970-01-01T12:00:00.000Z", "1969-12-31T23:59:59.999Z"]);
        yield return (Column("localMicros", PhysicalType.Int64, LogicalType.Timestamp(false, Micros), Long(noon * 1_000 + 1)), ["1970-01-01T12:00:00.000001"]);
        yield return (Column("nanos", PhysicalType.Int64, LogicalType.Timestamp(true, Nanos), Long(long.MaxValue)), ["2262-04-11T23:47:16.854775807Z"]);
        yield return (Column("int96", PhysicalType.Int96, LogicalType.None(), [.. Long(1), .. Int(2_440_588)]), ["1970-01-01T00:00:00.000000001Z"]);
        yield return (Column("json", PhysicalType.ByteArray, LogicalType.Json(), "{}"u8.ToArray()), ["{}"]);
        yield return (Column("enum", PhysicalType.ByteArray, LogicalType.Enum(), "RED"u8.ToArray()), ["RED"]);
    }

    private static RawColumn Column(string name, PhysicalType physical, LogicalType logical, params byte[][] values) =>
        new(name, physical, logical, 0, false, values);

    private static RawColumn Column(string name, int length, LogicalType logical, params byte[][] values) =>
        new(name, PhysicalType.FixedLenByteArray, logical, length, false, values);

    private static byte[] Int(int value) => BitConverter.GetBytes(value);

    private static byte[] Long(long value) => BitConverter.GetBytes(value);

    private static byte[] Wide(Int128 value)
    {
        var bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteInt128BigEndian(bytes, value);
        return bytes;
    }

    private static RawColumn[] Features(int rows) =>
        [.. new[] { "a", "b", "c" }.Select(n => new RawColumn(n, PhysicalType.Float, LogicalType.None(), 0, false, [.. Enumerable.Repeat(new byte[4], rows)]))];

    private static async Task<string[]> ScoreAsync(TemporaryFolder folder, int rejects = 0, string output = "out")
    {
        var options = new OneShotOptions(Fixture.Path("linear"), [folder.File("in")], folder.File(output))
        {
            KeyColumn = "id",
            Features = FeatureSpec.AsIs(["a", "b", "c"]),
            Rejects = new RejectBudget(rejects, 1),
            Workers = 1,
        };
        var result = await OneShotScoring.RunAsync(options, null, TimeProvider.System, TestContext.Current.CancellationToken);
        return [.. result.Files.Where(f => f.Kind == ArtifactKind.Output).Select(f => Path.Combine(result.OutputDirectory, f.BlobName))
            .Order(StringComparer.Ordinal)];
    }
}
