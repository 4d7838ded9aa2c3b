using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Inputs.Manifests;
using BatchEngine.Scorer.Units;
using BatchEngine.TestKit.Folders;
using ParquetSharp;
using ParquetSharp.Schema;
using static BatchEngine.Scorer.Tests.Inputs.ParquetFiles;

namespace BatchEngine.Scorer.Tests.Inputs.Manifests;

/// <summary>What several files have in common, and what their rows are read as.</summary>
public sealed class MergedSchemaTests : IDisposable
{
    private static readonly InputNeeds s_x = new(["x"], null, []);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string, ColumnKind> Pairs()
    {
        var numbers = new[] { "int", "int?", "long", "float", "double", "double?", "decimal", "nothing" };
        var pairs = new TheoryData<string, string, ColumnKind>();
        foreach (var one in numbers)
        {
            foreach (var other in numbers)
                pairs.Add(one, other, KindOf(one, other));
        }
        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Numbers_OfAnyTwoTypes_AreReadWithTheirValues(string first, string second, ColumnKind kind)
    {
        Write(_folder.File("1.parquet"), first, 3, 4);
        Write(_folder.File("2.parquet"), second, 5, null);

        var manifest = await FreezeAsync(s_x);

        var column = manifest.Columns.Single();
        Assert.Equal(kind, column.Kind);
        Assert.Equal(new[] { first, second }.Any(t => t.EndsWith('?') || t == "nothing"), column.IsNullable);
        Assert.Equal(Expected(first, 3, 4).Concat(Expected(second, 5, null)), Numbers(manifest));
    }

    [Theory]
    [InlineData("long", "text")]
    [InlineData("text", "double")]
    [InlineData("bool", "int")]
    [InlineData("date", "timestamp")]
    [InlineData("float", "list")]
    [InlineData("timestamp", "local timestamp")]
    public async Task Kinds_ThatDoNotGoTogether_AreRefusedNamingColumnAndBothFiles(string first, string second)
    {
        Write(_folder.File("1.parquet"), first, 3, 4);
        Write(_folder.File("2.parquet"), second, 5, 6);
        await RefusesAsync(s_x, "'x'", "1.parquet", "2.parquet");
        Assert.Equal("x", (await FreezeAsync(new InputNeeds([], null, []))).Columns.Single().Name);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("other")]
    [InlineData("list")]
    public async Task File_WithoutRows_DecidesNothingWhereverItStands(string empty)
    {
        Write(_folder.File("1.parquet"), empty);
        Write(_folder.File("2.parquet"), "int", 3, 4);
        Write(_folder.File("3.parquet"), empty);

        var manifest = await FreezeAsync(s_x);

        var column = manifest.Columns.Single();
        Assert.Equal((ColumnKind.Integer, false), (column.Kind, column.IsNullable));
        Assert.Equal([3.0, 4], Numbers(manifest));
    }

    [Fact]
    public async Task Files_AllWithoutRows_SayWhatTheyHold()
    {
        Write(_folder.File("1.parquet"), "float");
        var manifest = await FreezeAsync(s_x);
        Assert.Equal((0L, ColumnKind.Float), (manifest.Rows, manifest.Columns.Single().Kind));
    }

    [Fact]
    public async Task Column_ThatLaterFilesAllowToBeMissing_IsNullable()
    {
        Write(_folder.File("1.parquet"), "long", 3, 4);
        Write(_folder.File("2.parquet"), "long?", 5, null);
        Assert.True((await FreezeAsync(s_x)).Columns.Single().IsNullable);
    }

    [Fact]
    public async Task Column_MissingInAFile_IsNullOnlyWhereTheJobSaysSo()
    {
        Write(_folder.File("1.parquet"), "float", 3, 4);
        Write(_folder.File("2.parquet"), "other", 5, 6);

        await RefusesAsync(s_x, "2.parquet", "no column 'x'", "'other'", "missingColumns");

        var needs = s_x with { MissingColumns = MissingColumnPolicy.Null };
        var manifest = await FreezeAsync(needs);
        Assert.True(manifest.Columns.First(c => c.Name == "x").IsNullable);
        Assert.Equal([3.0, 4, double.NaN, double.NaN], Numbers(manifest));
        await RefusesAsync(new InputNeeds([], "x", []) { MissingColumns = MissingColumnPolicy.Null }, "2.parquet", "no column 'x'");
        await RefusesAsync(new InputNeeds(["y"], null, []) { MissingColumns = MissingColumnPolicy.Null }, "no column 'y'");
    }

    [Fact]
    public async Task TextColumn_WithoutAnyValueInAFileThatTypesItAsNumber_IsTextAndMissingThere()
    {
        Write(_folder.File("1.parquet"), "double?", null, null);
        Data.Of("x", ["a"]).WriteTo(_folder.File("2.parquet"));
        var manifest = await FreezeAsync(s_x);
        var x = manifest.Columns.Single();
        Assert.Equal((ColumnKind.Text, true), (x.Kind, x.IsNullable));
        using var unit = new UnitColumns([x], 10);
        using var reader = InputFileReader.Open(manifest.Files[0]);
        using (var group = reader.OpenRowGroup(0, [x]))
            Assert.Equal(2, group.Read(unit, 10));
        Assert.Equal([0, 0], unit[0].Present.ToArray());
        Assert.Equal(2, unit[0].Text.Rows);

        Write(_folder.File("1.parquet"), "double?", null, 4);
        await RefusesAsync(s_x, "'x'", "1.parquet", "2.parquet");
        using var changed = InputFileReader.Open(_folder.File("1.parquet"));
        using var rows = changed.OpenRowGroup(0, [x]);
        Assert.Contains("Text", Assert.Throws<BadInputException>(() => rows.Read(unit, 10)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Column_OnlyInLaterFiles_NamesTheFirstThatLacksIt()
    {
        Write(_folder.File("1.parquet"), "other", 3);
        Write(_folder.File("2.parquet"), "float", 4);
        await RefusesAsync(s_x, "1.parquet", "no column 'x'", "'other'");
    }

    [Fact]
    public async Task WholeNumber_ThatIsNotExactAsADouble_IsRefusedWithItsValue()
    {
        Data.Of("x", [1L << 53, (1L << 53) + 1]).WriteTo(_folder.File("1.parquet"));
        Write(_folder.File("2.parquet"), "double", 5);
        var manifest = await FreezeAsync(s_x);
        var problem = Assert.Throws<BadInputException>(() => Numbers(manifest));
        Assert.Contains("9007199254740993", problem.Message, StringComparison.Ordinal);
        Assert.Contains("1.parquet", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LargestAndSmallestWholeNumbers_AreExactOrRefused()
    {
        Data.Of("x", [long.MinValue]).WriteTo(_folder.File("1.parquet"));
        Write(_folder.File("2.parquet"), "double", 5);
        Assert.Equal([-Math.Pow(2, 63), 5], Numbers(await FreezeAsync(s_x)));
        Data.Of("x", [long.MaxValue]).WriteTo(_folder.File("1.parquet"));
        var manifest = await FreezeAsync(s_x);
        Assert.Throws<BadInputException>(() => Numbers(manifest));
    }

    [Fact]
    public async Task Decimals_ThatAreCopied_DoNotBecomeDoubles()
    {
        Write(_folder.File("1.parquet"), "decimal", 3);
        Write(_folder.File("2.parquet"), "double", 5);
        await RefusesAsync(new InputNeeds([], null, ["x"]), "'x'", "1.parquet", "2.parquet", "decimal");
    }

    [Fact]
    public async Task Column_EmptyInAllFiles_TakesTheKindThatTheFeaturesAskFor()
    {
        Write(_folder.File("1.parquet"), "nothing", null, null);
        var spec = new FeatureSpec([new FeatureColumn("x", "x", [new FeatureTransform.OneHot(["a"])])]);
        var column = (await FreezeAsync(InputNeeds.Of(spec, null, []))).Columns.Single();
        Assert.Equal((ColumnKind.Text, true), (column.Kind, column.IsNullable));
    }

    [Fact]
    public void Names_OfAWideFile_AreFoundWithoutLookingAtAllOfThemEachTime()
    {
        const int columns = 10_000;
        var counted = new CountedList<FileColumn>([.. Enumerable.Range(0, columns).Select(i =>
            new FileColumn(i, new InputColumn($"c{i}", ColumnKind.Float, false, "Float"), ColumnDecoding.Float, 0, 0))]);
        var schema = new FileSchema(counted);
        for (var i = 0; i < columns; i++)
            Assert.Equal(i, schema.Find("a.parquet", $"c{i}").LeafIndex);
        Assert.InRange(counted.Taken, 1, 3 * columns);
    }

    [Fact]
    public void Features_OfAWideTable_AreCompiledWithoutLookingAtAllColumnsEachTime()
    {
        const int columns = 10_000;
        var counted = new CountedList<InputColumn>([.. Enumerable.Range(0, columns).Select(i => new InputColumn($"c{i}", ColumnKind.Float, false, "Float"))]);
        var names = counted.Select(c => c.Name).ToArray();
        var features = CompiledFeatures.Compile(FeatureSpec.AsIs(names), counted);
        Assert.Equal(columns, features.FeatureNames.Count);
        Assert.Equal(columns, ReadColumns.Of(features, null, names, new InputManifest([], counted)).Count);
        Assert.InRange(counted.Taken, 1, 10 * columns);
    }

    private static ColumnKind KindOf(string one, string other)
    {
        var kinds = new[] { one, other }.Where(t => t != "nothing").Select(t => t.TrimEnd('?') switch
        {
            "int" or "long" => ColumnKind.Integer,
            "float" => ColumnKind.Float,
            "decimal" => ColumnKind.Decimal,
            _ => ColumnKind.Double,
        }).Distinct().ToArray();
        return kinds.Length switch { 0 => ColumnKind.Integer, 1 => kinds[0], _ => ColumnKind.Double };
    }

    private static IEnumerable<double> Expected(string type, params int?[] values) => values.Select(v =>
        type == "nothing" ? double.NaN : v ?? (type.EndsWith('?') ? double.NaN : 0));

    // Null becomes 0 where the type has none.
    private static void Write(string path, string type, params int?[] values)
    {
        var plain = values.Select(v => v ?? 0).ToArray();
        switch (type)
        {
            case "nothing":
                WriteNothing(path, values.Length);
                return;
            default:
                Column(type, values, plain).WriteTo(path);
                return;
        }
    }

    private static Data Column(string type, int?[] values, int[] plain) => type switch
    {
        "int" => Data.Of("x", plain),
        "int?" => Data.Of("x", values),
        "long" => Data.Of("x", Array.ConvertAll(plain, v => (long)v)),
        "long?" => Data.Of("x", Array.ConvertAll(values, v => (long?)v)),
        "float" => Data.Of("x", Array.ConvertAll(plain, v => (float)v)),
        "double" => Data.Of("x", Array.ConvertAll(plain, v => (double)v)),
        "double?" => Data.Of("x", Array.ConvertAll(values, v => (double?)v)),
        "decimal" => Data.Of("x", Array.ConvertAll(plain, v => (decimal)v), LogicalType.Decimal(18, 2)),
        "text" => Data.Of("x", Array.ConvertAll(plain, v => $"{v}")),
        "bool" => Data.Of("x", Array.ConvertAll(plain, v => v > 3)),
        "date" => Data.Of("x", Array.ConvertAll(plain, v => new ParquetSharp.Date(v))),
        "timestamp" => Data.Of("x", Array.ConvertAll(plain, v => new DateTime(2026, 1, v, 0, 0, 0, DateTimeKind.Utc))),
        "local timestamp" => Data.Of("x", Array.ConvertAll(plain, v => new DateTime(2026, 1, v)), LogicalType.Timestamp(false, TimeUnit.Micros)),
        "list" => Data.Of("x", Array.ConvertAll(plain, v => new[] { v })),
        _ => Data.Of("other", plain),
    };

    private static void WriteNothing(string path, int rows)
    {
        using var node = new PrimitiveNode("x", Repetition.Optional, LogicalType.Null(), PhysicalType.Int32);
        using var schema = new GroupNode("schema", Repetition.Required, [node]);
        using var properties = WriterProperties.GetDefaultWriterProperties();
        using var writer = new ParquetFileWriter(path, schema, properties);
        using (var group = writer.AppendRowGroup())
        {
            using var column = (ColumnWriter<int>)group.NextColumn();
            column.WriteBatch(rows, new short[rows], [], []);
        }
        writer.Close();
    }

    private Task<InputManifest> FreezeAsync(InputNeeds needs) => InputCatalog.FreezeAsync([_folder.Path], needs, TestContext.Current.CancellationToken);

    private async Task RefusesAsync(InputNeeds needs, params string[] parts)
    {
        var problem = await Assert.ThrowsAsync<BadInputException>(() => FreezeAsync(needs));
        Assert.All(parts, part => Assert.Contains(part, problem.Message, StringComparison.Ordinal));
    }

    /// <summary>The values of x in all files, read as the manifest says.</summary>
    private static List<double> Numbers(InputManifest manifest)
    {
        var x = manifest.Columns.First(c => c.Name == "x");
        using var unit = new UnitColumns([x], 100);
        var numbers = new List<double>();
        foreach (var file in manifest.Files.Where(f => f.Rows > 0))
        {
            using var reader = InputFileReader.Open(file);
            using var group = reader.OpenRowGroup(0, [x]);
            var rows = group.Read(unit, 100);
            for (var row = 0; row < rows; row++)
                numbers.Add(unit[0].Present[row] == 0 ? double.NaN : Value(unit[0], row));
        }
        return numbers;
    }

    private static double Value(ColumnVector vector, int row) => vector.Kind switch
    {
        ColumnKind.Float => vector.Floats[row],
        ColumnKind.Integer => vector.Integers[row],
        _ => vector.Doubles[row],
    };
}
