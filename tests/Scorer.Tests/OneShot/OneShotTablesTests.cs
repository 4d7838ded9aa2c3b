using System.Text;
using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.OneShot;
using BatchEngine.Scorer.Tests.Execution;
using BatchEngine.TestKit.Folders;
using static BatchEngine.Scorer.Tests.Inputs.ParquetFiles;

namespace BatchEngine.Scorer.Tests.OneShot;

/// <summary>Tables whose columns lie about: in folders, under odd names, missing in a file. The model gives a + 10 b + 100 c + 0.5.</summary>
public sealed class OneShotTablesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task FoldersAreColumns_AsFeatureAndCarriedColumn()
    {
        foreach (var value in new[] { "1", "2" })
            Write(_folder.File($"in/c={value}/x.parquet"), [Data.Of("id", [long.Parse(value, null)]), Data.Of("a", [3f]), Data.Of("b", [4f])]);
        var result = await ScoreAsync(FeatureSpec.AsIs(["a", "b", "c"]), ["c"]);
        Assert.Equal(["1|1|143.5", "2|2|243.5"], Rows(result, "id", "c"));
        Assert.Contains("c", result.Partitions!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-11-24", "2026-11-24")]
    [InlineData("true", "true")]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("07", "7")]
    public async Task FolderColumn_AsTheKey_IsItsText(string folder, string key)
    {
        Write(_folder.File($"in/k={folder}/x.parquet"), [Data.Of("a", [1f]), Data.Of("b", [2f]), Data.Of("c", [3f])]);
        var result = await ScoreAsync(FeatureSpec.AsIs(["a", "b", "c"]), [], key: "k");
        Assert.Equal([$"{key}|321.5"], Rows(result, "k"));
    }

    [Theory]
    [InlineData("1970-01-03")]
    [InlineData("1970-01-01 00:00:00.000002")]
    [InlineData("2")]
    public async Task FolderColumn_OfAnyKind_IsCarried(string folder)
    {
        Write(_folder.File($"in/k={folder}/x.parquet"), [Data.Of("id", [1L]), Data.Of("a", [1f]), Data.Of("b", [2f]), Data.Of("c", [3f])]);
        Assert.Equal(["2|321.5"], Rows(await ScoreAsync(FeatureSpec.AsIs(["a", "b", "c"]), ["k"]), "k"));
    }

    [Fact]
    public async Task NamesOfAnyLetters_AreFeaturesAndCarriedColumns()
    {
        Write(_folder.File("in/x.parquet"), [Data.Of("id", [7L]), Data.Of("a.b c", [1f]), Data.Of("größe,x", [2f]), Data.Of("A.B C", [3f])]);
        var result = await ScoreAsync(FeatureSpec.AsIs(["a.b c", "größe,x", "A.B C"]), ["A.B C", "größe,x"]);
        Assert.Equal(["7|3|2|321.5"], Rows(result, "id", "A.B C", "größe,x"));
    }

    [Fact]
    public async Task ColumnThatAFileLacks_IsImputedWhereThatIsAllowed()
    {
        Write(_folder.File("in/1.parquet"), [Data.Of("id", [1L, 2]), Data.Of("a", [1f, 1]), Data.Of("b", [2f, 4])]);
        Write(_folder.File("in/2.parquet"), [Data.Of("id", [3L]), Data.Of("a", [1f])]);
        var spec = new FeatureSpec(
            [FeatureColumn.AsIs("a"), new FeatureColumn("b", "b", [new FeatureTransform.ImputeMean()]), FeatureColumn.AsIs("a") with { Name = "c" }]);
        await Assert.ThrowsAsync<BadInputException>(() => ScoreAsync(spec, []));
        var result = await ScoreAsync(spec, ["b"], MissingColumnPolicy.Null);
        Assert.Equal(["1|2|121.5", "2|4|141.5", "3|missing|131.5"], Rows(result, "id", "b"));
        Assert.Equal(3, Assert.Single(result.Means).Value);
    }

    private Task<OneShotResult> ScoreAsync(FeatureSpec spec, string[] carried, MissingColumnPolicy missing = MissingColumnPolicy.Refuse,
        string key = "id") =>
        OneShotScoring.RunAsync(new OneShotOptions(Fixture.Path("linear"), [_folder.File("in")], _folder.File("out"))
        {
            KeyColumn = key,
            Features = spec,
            CarriedColumns = carried,
            MissingColumns = missing,
            Workers = 1,
        }, null, TimeProvider.System, TestContext.Current.CancellationToken);

    private static List<string> Rows(OneShotResult result, params string[] columns)
    {
        var rows = new List<string>();
        foreach (var artifact in result.Files.Where(f => f.Kind == ArtifactKind.Output))
        {
            using var file = InputFileReader.Open(Path.Combine(result.OutputDirectory, artifact.BlobName));
            var read = columns.Select(name => file.Columns.First(c => c.Name == name))
                .Append(file.Columns.First(c => c.Kind == ColumnKind.Float && !columns.Contains(c.Name))).ToArray();
            using var unit = new UnitColumns(read, 100);
            for (var g = 0; g < file.RowGroupCount; g++)
            {
                using var group = file.OpenRowGroup(g, read);
                var count = group.Read(unit, 100);
                rows.AddRange(Enumerable.Range(0, count).Select(row => string.Join('|', read.Select((c, i) => Text(unit[i], row)))));
            }
        }
        return rows;
    }

    private static string Text(ColumnVector vector, int row) => vector.Present[row] == 0 ? "missing"
        : vector.Kind == ColumnKind.Text ? Encoding.UTF8.GetString(vector.Text[row])
        : vector.Kind == ColumnKind.Float ? FormattableString.Invariant($"{vector.Floats[row]}") : FormattableString.Invariant($"{vector.Integers[row]}");
}
