using System.Text;
using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Inputs.Manifests;
using BatchEngine.TestKit.Folders;
using static BatchEngine.Scorer.Tests.Inputs.ParquetFiles;

namespace BatchEngine.Scorer.Tests.Inputs.Manifests;

/// <summary>Columns whose values are folder names.</summary>
public sealed class PartitionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("AT DE", ColumnKind.Text, "AT DE")]
    [InlineData("1 02", ColumnKind.Integer, "1 2")]
    [InlineData("1 2.5", ColumnKind.Double, "1 2.5")]
    [InlineData("1 x", ColumnKind.Text, "1 x")]
    [InlineData("true false", ColumnKind.Bool, "1 0")]
    [InlineData("1970-01-02 1970-01-01", ColumnKind.Date, "1 0")]
    [InlineData("1970-01-01%2000%3A00%3A01 1970-01-01T00:00:00.5", ColumnKind.Timestamp, "1000000 500000")]
    [InlineData("1970-01-02 1", ColumnKind.Text, "1970-01-02 1")]
    [InlineData("a%2Fb%25 %C3%B6+", ColumnKind.Text, "a/b% ö+")]
    [InlineData("5 __HIVE_DEFAULT_PARTITION__", ColumnKind.Integer, "5 missing")]
    [InlineData("AT __HIVE_DEFAULT_PARTITION__", ColumnKind.Text, "AT missing")]
    [InlineData("1.5 __HIVE_DEFAULT_PARTITION__", ColumnKind.Double, "1.5 missing")]
    [InlineData("99999999999999999999 1", ColumnKind.Double, "1E+20 1")]
    public async Task Folder_NamedColumnEqualsValue_IsAColumnOfTheNarrowestKind(string values, ColumnKind kind, string expected)
    {
        var names = values.Split(' ').Select((v, i) => $"in/{i}/c={v}/a.parquet").ToArray();
        foreach (var name in names)
            WriteCounting(_folder.File(name), 3);

        var manifest = await FreezeAsync(new InputNeeds(["x", "c"], null, []));

        var column = manifest.Columns.Single(c => c.Name == "c");
        Assert.Equal((kind, values.Contains("__HIVE", StringComparison.Ordinal)), (column.Kind, column.IsNullable));
        Assert.Equal(expected.Split(' '), manifest.Files.Select(f => Read(f, column)));
    }

    [Fact]
    public async Task Folder_AndColumnOfOneName_TheFolderCounts()
    {
        Data.Of("c", ["inside"]).WriteTo(_folder.File("in/c=7/a.parquet"));
        var column = Assert.Single((await FreezeAsync(new InputNeeds(["c"], null, []))).Columns);
        Assert.Equal((ColumnKind.Integer, true), (column.Kind, column.IsPartOfPath));
    }

    [Fact]
    public async Task File_OutsideOfTheFolders_IsRefusedOrMissing()
    {
        WriteCounting(_folder.File("in/c=7/a.parquet"), 3);
        WriteCounting(_folder.File("in/plain.parquet"), 3);
        var problem = await Assert.ThrowsAsync<BadInputException>(() => FreezeAsync(new InputNeeds(["c"], null, [])));
        Assert.Contains("plain.parquet", problem.Message, StringComparison.Ordinal);
        Assert.Contains("'c=...'", problem.Message, StringComparison.Ordinal);

        var manifest = await FreezeAsync(new InputNeeds(["c"], null, []) { MissingColumns = MissingColumnPolicy.Null });
        Assert.Equal(["7", "missing"], manifest.Files.Select(f => Read(f, manifest.Columns.Single(c => c.Name == "c"))));
        await FreezeAsync(new InputNeeds(["x"], null, []));
    }

    [Fact]
    public async Task Folder_ThatBeginsWithAnUnderscore_IsAColumnAllTheSame()
    {
        WriteCounting(_folder.File("in/_day=1/a.parquet"), 3);
        Assert.Equal("1", Read((await FreezeAsync(new InputNeeds(["_day"], null, []))).Files[0],
            new InputColumn("_day", ColumnKind.Integer, false, "") { IsPartOfPath = true }));
    }

    [Theory]
    [InlineData("_delta_log/0.json", "c=1/a.parquet", "Delta Lake")]
    [InlineData("metadata/v1.metadata.json", "data/c=1/a.parquet", "Iceberg")]
    [InlineData(".hoodie/hoodie.properties", "a.parquet", "Hudi")]
    public async Task Table_WithALog_IsRefusedHoweverItsFilesAreNamed(string log, string data, string system)
    {
        WriteCounting(_folder.File($"in/t/{data}"), 3);
        await FreezeAsync(new InputNeeds(["x"], null, []));
        File.WriteAllText(_folder.File($"in/t/{log}"), "{}");
        foreach (var pattern in new[] { "in", "in/t", $"in/t/{data}", "in/**/*.parquet" })
        {
            var problem = await Assert.ThrowsAsync<BadInputException>(() => InputCatalog.FreezeAsync([Path.Combine(_folder.Path, pattern)],
                new InputNeeds(["x"], null, []), TestContext.Current.CancellationToken));
            Assert.Contains(system, problem.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Folder_OfMetadataOfOtherKinds_IsNoTable()
    {
        WriteCounting(_folder.File("in/a.parquet"), 3);
        File.WriteAllText(_folder.File("in/metadata/readme.json"), "{}");
        Assert.Single((await FreezeAsync(new InputNeeds(["x"], null, []))).Files);
    }

    private Task<InputManifest> FreezeAsync(InputNeeds needs) =>
        InputCatalog.FreezeAsync([_folder.File("in")], needs, TestContext.Current.CancellationToken);

    private static string Read(InputFile file, InputColumn column)
    {
        using var unit = new UnitColumns([column], 10);
        using var reader = InputFileReader.Open(file);
        using var group = reader.OpenRowGroup(0, [column]);
        Assert.Equal(3, group.Read(unit, 10));
        var texts = Enumerable.Range(0, 3).Select(row => Text(unit[0], row)).Distinct();
        return Assert.Single(texts);
    }

    private static string Text(ColumnVector vector, int row) => vector.Present[row] == 0 ? "missing" : vector.Kind switch
    {
        ColumnKind.Text => Encoding.UTF8.GetString(vector.Text[row]),
        ColumnKind.Double => FormattableString.Invariant($"{vector.Doubles[row]}"),
        _ => FormattableString.Invariant($"{vector.Integers[row]}"),
    };
}
