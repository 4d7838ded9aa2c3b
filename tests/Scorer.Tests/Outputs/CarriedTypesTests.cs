using BatchEngine.Domain;
using BatchEngine.Scorer.OneShot;
using BatchEngine.Scorer.Tests.Execution;
using BatchEngine.Scorer.Tests.Inputs;
using BatchEngine.TestKit.Folders;
using ParquetSharp;

namespace BatchEngine.Scorer.Tests.Outputs;

/// <summary>A carried column comes out as it went in: its type with unit and precision, its nullability, and every bit of its values.</summary>
public sealed class CarriedTypesTests
{
    private const int Rows = 200;
    private static readonly int[] s_rejected = [5, 6, 60, 199];

    public static TheoryData<string> Types() => [.. Columns().Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Types))]
    public async Task CarriedColumn_OfAnyFlatType_ComesOutAsItWentIn(string name)
    {
        foreach (var isNullable in new[] { true, false })
        {
            using var folder = new TemporaryFolder();
            var column = Columns().Single(c => c.Name == name) is var found && isNullable ? found
                : found with { IsNullable = false, Values = [.. found.Values.Select((v, i) => v ?? found.Values[(i + 1) % Rows]!)] };
            if (!isNullable && column.Logical.Type == LogicalTypeEnum.Nil)
                continue; // has nothing but missing values
            RawColumn.Write(folder.File("in/a.parquet"), [.. Features(), column], rowsPerGroup: 120);
            var output = await ScoreAsync(folder, name);

            var read = RawColumn.Read(output, name);
            Assert.Equal(column.Description, read.Description);
            Assert.Equal(column.Values.Where((_, row) => !s_rejected.Contains(row)), read.Values);
        }
    }

    [Fact]
    public async Task CarriedColumns_ThatAreFeaturesToo_AreReadBothWays()
    {
        using var folder = new TemporaryFolder();
        var cents = new RawColumn("a", PhysicalType.Int64, LogicalType.Decimal(18, 2), 0, false,
            [.. Enumerable.Range(0, Rows).Select(i => BitConverter.GetBytes(i * 100L))]);
        RawColumn.Write(folder.File("in/a.parquet"), [.. Features().Where(c => c.Name != "a"), cents]);
        var output = await ScoreAsync(folder, "a", rejects: 0);
        Assert.Equal(cents.Description, RawColumn.Read(output, "a").Description);
        Assert.Equal(cents.Values, RawColumn.Read(output, "a").Values);
        Assert.Equal(Enumerable.Range(0, Rows).Select(i => i + 0.5f), RawColumn.Read(output, "y").Values.Select(v => BitConverter.ToSingle(v!)));
    }

    [Fact]
    public async Task CarriedColumn_OfAnotherTypeInALaterFile_IsRefusedWithBothTypes()
    {
        using var folder = new TemporaryFolder();
        RawColumn Amounts(int scale) =>
            new("amount", PhysicalType.Int64, LogicalType.Decimal(18, scale), 0, false,
            [.. Enumerable.Range(0, Rows).Select(i => BitConverter.GetBytes((long)i))]);
        RawColumn.Write(folder.File("in/a.parquet"), [.. Features(), Amounts(2)]);
        RawColumn.Write(folder.File("in/b.parquet"), [.. Features(), Amounts(3)]);
        var message = (await Assert.ThrowsAsync<BadInputException>(() => ScoreAsync(folder, "amount"))).Message;
        Assert.Contains("b.parquet", message, StringComparison.Ordinal);
        Assert.Contains("scale=3", message, StringComparison.Ordinal);
        Assert.Contains("scale=2", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CarriedList_IsRefusedByASentence()
    {
        using var folder = new TemporaryFolder();
        ParquetFiles.Write(folder.File("in/a.parquet"),
        [
            ParquetFiles.Data.Of("id", new long[] { 1 }), ParquetFiles.Data.Of("a", new float[] { 1 }), ParquetFiles.Data.Of("b", new float[] { 1 }),
            ParquetFiles.Data.Of("c", new float[] { 1 }), ParquetFiles.Data.Of("tags", new[] { new[] { 1f, 2f } }),
        ]);
        var message = (await Assert.ThrowsAsync<BadInputException>(() => ScoreAsync(folder, "tags"))).Message;
        Assert.Contains("Lists and other nested columns are not read", message, StringComparison.Ordinal);
    }

    /// <summary>The first feature is the row, and not a number in the rows that are rejected; the key is the row.</summary>
    private static IEnumerable<RawColumn> Features()
    {
        yield return new RawColumn("id", PhysicalType.Int64, LogicalType.None(), 0, false,
            [.. Enumerable.Range(0, Rows).Select(i => BitConverter.GetBytes((long)i))]);
        foreach (var name in new[] { "a", "b", "c" })
        {
            yield return new RawColumn(name, PhysicalType.Float, LogicalType.None(), 0, false, [.. Enumerable.Range(0, Rows).Select(i =>
                BitConverter.GetBytes(name != "a" ? 0f : s_rejected.Contains(i) ? float.NaN : i))]);
        }
    }

    private static IEnumerable<RawColumn> Columns()
    {
        static RawColumn Of(string name, PhysicalType physical, LogicalType logical, Func<int, byte[]> value, int length = 0) =>
            new(name, physical, logical, length, true, [.. Enumerable.Range(0, Rows).Select(i => i % 7 == 3 ? null : value(i))]);

        byte[] Four(int i) => BitConverter.GetBytes(unchecked((i * 0x01_03_05_07) - (i % 2 * int.MaxValue)));
        byte[] Eight(int i) => BitConverter.GetBytes(unchecked((i * 0x01_03_05_07_09_0B_0D_0FL) - (i % 2 * long.MaxValue)));
        Func<int, byte[]> Fixed(int length) => i => [.. Enumerable.Range(0, length).Select(at => (byte)((i * 31) + (at * 17)))];
        byte[] Small(int i) => BitConverter.GetBytes(i % 100);
        byte[] Text(int i) => System.Text.Encoding.UTF8.GetBytes(i % 5 == 0 ? "" : $"{i} \u00e9 \U0001F600 {new string('x', i % 40)}");
        byte[] Any(int i) => [.. Fixed(i % 30)(i)];
        byte[] OfDay(int i) => BitConverter.GetBytes(i * 100_003);
        byte[] OfLongDay(int i) => BitConverter.GetBytes(i * 100_003_000L);

        yield return Of("bool", PhysicalType.Boolean, LogicalType.None(), i => [(byte)(i % 2)]);
        yield return Of("int32", PhysicalType.Int32, LogicalType.None(), Four);
        yield return Of("int64", PhysicalType.Int64, LogicalType.None(), Eight);
        yield return Of("float", PhysicalType.Float, LogicalType.None(), i => BitConverter.GetBytes(i * 0.1f));
        yield return Of("double", PhysicalType.Double, LogicalType.None(), i => BitConverter.GetBytes(i * 0.1));
        foreach (var (bits, isSigned) in new[] { (8, true), (16, true), (32, true), (8, false), (16, false), (32, false) })
            yield return Of($"int{bits}{isSigned}", PhysicalType.Int32, LogicalType.Int(bits, isSigned), bits < 32 ? Small : Four);
        yield return Of("int64True", PhysicalType.Int64, LogicalType.Int(64, true), Eight);
        yield return Of("int64False", PhysicalType.Int64, LogicalType.Int(64, false), Eight);
        yield return Of("decimal9", PhysicalType.Int32, LogicalType.Decimal(9, 2), Small);
        yield return Of("decimal18", PhysicalType.Int64, LogicalType.Decimal(18, 4), Eight);
        yield return Of("decimal20", PhysicalType.FixedLenByteArray, LogicalType.Decimal(20, 2), Fixed(9), 9);
        yield return Of("decimal38", PhysicalType.FixedLenByteArray, LogicalType.Decimal(38, 10), Fixed(16), 16);
        yield return Of("decimalBytes", PhysicalType.ByteArray, LogicalType.Decimal(38, 3), i => Fixed(1 + (i % 16))(i));
        yield return Of("date", PhysicalType.Int32, LogicalType.Date(), Four);
        foreach (var isUtc in new[] { true, false })
        {
            foreach (var unit in new[] { ParquetSharp.TimeUnit.Millis, ParquetSharp.TimeUnit.Micros, ParquetSharp.TimeUnit.Nanos })
            {
                yield return Of($"timestamp{unit}{isUtc}", PhysicalType.Int64, LogicalType.Timestamp(isUtc, unit), Eight);
                yield return Of($"time{unit}{isUtc}", unit == ParquetSharp.TimeUnit.Millis ? PhysicalType.Int32
                    : PhysicalType.Int64, LogicalType.Time(isUtc, unit),
                    unit == ParquetSharp.TimeUnit.Millis ? OfDay : OfLongDay);
            }
        }
        yield return Of("int96", PhysicalType.Int96, LogicalType.None(), Fixed(12));
        yield return Of("string", PhysicalType.ByteArray, LogicalType.String(), Text);
        yield return Of("enum", PhysicalType.ByteArray, LogicalType.Enum(), Text);
        yield return Of("json", PhysicalType.ByteArray, LogicalType.Json(), Text);
        yield return Of("bson", PhysicalType.ByteArray, LogicalType.Bson(), Any);
        yield return Of("binary", PhysicalType.ByteArray, LogicalType.None(), Any);
        yield return Of("fixed", PhysicalType.FixedLenByteArray, LogicalType.None(), Fixed(5), 5);
        yield return Of("uuid", PhysicalType.FixedLenByteArray, LogicalType.Uuid(), Fixed(16), 16);
        yield return Of("float16", PhysicalType.FixedLenByteArray, LogicalType.Float16(), Fixed(2), 2);
        yield return Of("interval", PhysicalType.FixedLenByteArray, LogicalType.Interval(), Fixed(12), 12);
        yield return new RawColumn("unknown", PhysicalType.Int32, LogicalType.Null(), 0, true, new byte[Rows][]);
    }

    private static async Task<string[]> ScoreAsync(TemporaryFolder folder, string carried, int rejects = 100)
    {
        var options = new OneShotOptions(Fixture.Path("linear"), [folder.File("in")], folder.File("out"))
        {
            KeyColumn = "id",
            CarriedColumns = [carried],
            Features = FeatureSpec.AsIs(["a", "b", "c"]),
            Rejects = new RejectBudget(rejects, 1),
            UnitRows = 50,
            Workers = 1,
        };
        var result = await OneShotScoring.RunAsync(options, null, TimeProvider.System, TestContext.Current.CancellationToken);
        return [.. result.Files.Where(f => f.Kind == ArtifactKind.Output).Select(f => Path.Combine(result.OutputDirectory, f.BlobName))
            .Order(StringComparer.Ordinal)];
    }
}
