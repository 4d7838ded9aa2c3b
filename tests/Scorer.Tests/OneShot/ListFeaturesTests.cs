using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.OneShot;
using BatchEngine.Scorer.Tests.Execution;
using BatchEngine.Scorer.Tests.Graphs;
using BatchEngine.TestKit.Folders;
using ParquetSharp;
using ParquetSharp.Schema;
using static BatchEngine.Scorer.Tests.Inputs.ParquetFiles;

namespace BatchEngine.Scorer.Tests.OneShot;

/// <summary>Columns of lists as features: the model gives a + 10 b + 100 c + 0.5 of the three elements.</summary>
public sealed class ListFeaturesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ListsOfFloats_AreTheModelsMatrix()
    {
        WriteLists<float>([[1, 2, 3], [4, 5, 6]]);
        Assert.Equal(["0|321.5", "1|654.5"], await ScoreAsync());
    }

    [Fact]
    public async Task ListsOfDoubles_AreTheModelsMatrix()
    {
        WriteLists<double>([[1, 2, 3], [4, 5, 6]]);
        Assert.Equal(["0|321.5", "1|654.5"], await ScoreAsync());
    }

    [Fact]
    public async Task ListsOfIntegers_AreTheModelsMatrix()
    {
        WriteLists<int>([[1, 2, 3], [4, 5, 6]]);
        Assert.Equal(["0|321.5", "1|654.5"], await ScoreAsync());
    }

    [Fact]
    public async Task ListsOfLongs_AreTheModelsMatrix()
    {
        WriteLists<long>([[1, 2, 3], [4, 5, 6]]);
        Assert.Equal(["0|321.5", "1|654.5"], await ScoreAsync());
    }

    [Fact]
    public async Task RowsThatDoNotFit_AreRejectedWithTheLengths()
    {
        WriteLists<float?>([[1, 2, 3], [1, 2], [], null!, [1, null, 3], [1, 2, 3, 4], [4, 5, 6]]);
        var result = await RunAsync("linear", FeatureSpec.AsIs(["emb"]));
        Assert.Equal(["0|321.5", "6|654.5"], Rows(result));
        Assert.Equal(
            ["1 FeatureUnrepresentable emb has 2 elements, and the model reads 3", "2 FeatureUnrepresentable emb has 0 elements, and the model reads 3",
                "3 FeatureMissing emb[0] is NaN", "4 FeatureMissing emb[1] is NaN", "5 FeatureUnrepresentable emb has 4 elements, and the model reads 3"],
            DeadLetters(result));
    }

    [Fact]
    public async Task NullsInLists_CanBeImputed_AndOtherLengthsCannot()
    {
        WriteLists<float?>([[1, 2, 3], null!, [1, 2], [1, null, 3], [3, 4, 5]]);
        var result = await RunAsync("linear", new FeatureSpec([new FeatureColumn("emb", "emb", [new FeatureTransform.ImputeMean()])]));
        Assert.Equal(["0|321.5", "1|398.83334", "3|331.5", "4|543.5"], Rows(result));
        Assert.Equal(["emb[0]", "emb[1]", "emb[2]"], result.Means.Select(m => m.Feature));
        Assert.Equal("2 FeatureUnrepresentable emb has 2 elements, and the model reads 3", Assert.Single(DeadLetters(result)));
    }

    [Fact]
    public async Task ManyRowGroupsAndPages_KeepTheirRows()
    {
        var lists = Enumerable.Range(0, 20_000).Select(i => new float?[] { i, i % 7, i % 3 == 0 ? 1 : 2 }).ToArray();
        WriteLists(lists, rowsPerGroup: 9_000, b => b.DataPagesize(1_000));
        var rows = await ScoreAsync();
        Assert.Equal(lists.Select((l, i) => FormattableString.Invariant($"{i}|{l[0] + 10 * l[1] + 100 * l[2] + 0.5f}")).Order(StringComparer.Ordinal),
            rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task ListBesideAColumn_SharesTheMatrix()
    {
        Write(_folder.File("in/x.parquet"), [Data.Of("id", [0L]), Data.Of("a", [1f]), Data.Of("emb", [new float[] { 2, 3 }])]);
        Assert.Equal(["0|321.5"], Rows(await RunAsync("linear", FeatureSpec.AsIs(["a", "emb"]))));
    }

    [Fact]
    public async Task InputsOfTheNames_NeedNoFeatures()
    {
        await File.WriteAllBytesAsync(_folder["own.onnx"], new OnnxModelWriter()
            .Input("age", OnnxModelWriter.Float, -1, 1).Input("emb", OnnxModelWriter.Float, -1, 2)
            .Node("Mul", "", ["age", "emb"], ["y"]).Output("y", OnnxModelWriter.Float, -1, 2).ToArray(), TestContext.Current.CancellationToken);
        Write(_folder.File("in/x.parquet"), [Data.Of("id", [0L]), Data.Of("emb", [new float[] { 2, 3 }]), Data.Of("age", [10f])]);
        var result = await RunAsync(_folder["own.onnx"], null);
        using var file = InputFileReader.Open(Path.Combine(result.OutputDirectory, Assert.Single(result.Files).BlobName));
        using var group = file.OpenRowGroup(0, ["y_0", "y_1"]);
        using var unit = new UnitColumns(group.Columns, 1);
        group.Read(unit, 1);
        Assert.Equal([20f, 30f], [unit[0].Floats[0], unit[1].Floats[0]]);
    }

    [Fact]
    public async Task TwoLists_GoToTheInputsOfTheirNames_InAnyOrder()
    {
        await File.WriteAllBytesAsync(_folder["two.onnx"], new OnnxModelWriter()
            .Input("text", OnnxModelWriter.Float, -1, 2).Input("image", OnnxModelWriter.Float, -1, 2)
            .Node("Sub", "", ["text", "image"], ["d"]).Node("ReduceSum", "", ["d", "axes"], ["y"]).Constant("axes", new long[] { 1 }, 1)
            .Output("y", OnnxModelWriter.Float, -1, 1).ToArray(), TestContext.Current.CancellationToken);
        Write(_folder.File("in/x.parquet"), [Data.Of("id", [0L]), Data.Of("image", [new float[] { 1, 2 }]), Data.Of("text", [new double[] { 10, 20 }])]);
        Assert.Equal(["0|27"], Rows(await RunAsync(_folder["two.onnx"], FeatureSpec.AsIs(["image", "text"]))));
    }

    [Fact]
    public async Task FileWithoutTheLists_HasMissingOnes_WhereThatIsAllowed_UnderAMemoryLimit()
    {
        WriteLists<float>([[1, 2, 3]]);
        Write(_folder.File("in/y.parquet"), [Data.Of("id", [9L])]);
        var spec = new FeatureSpec([new FeatureColumn("emb", "emb", [new FeatureTransform.ImputeConstant(1)])]);
        await Assert.ThrowsAsync<BadInputException>(() => RunAsync("linear", spec));
        var result = await RunAsync("linear", spec, o => o with { MissingColumns = MissingColumnPolicy.Null, MemoryLimitBytes = 8L << 30 });
        Assert.Equal(["0|321.5", "9|111.5"], Rows(result));
    }

    [Fact]
    public async Task ColumnNamedLikeAPlace_IsRefusedByName()
    {
        Write(_folder.File("in/x.parquet"), [Data.Of("id", [0L]), Data.Of("emb", [new float[] { 1, 2, 3 }]), Data.Of("emb[1]", [7f])]);
        Assert.Contains("emb[1]", (await Assert.ThrowsAsync<BadInputException>(() => ScoreAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Skip_PassesOverWholeLists()
    {
        WriteLists<float?>([[1, 2, 3], null!, [], [4, 5], [6, 7, 8]]);
        using var file = InputFileReader.Open(_folder["in/x.parquet"]);
        var list = file.Columns.Single(c => c.Name == "emb");
        using var group = file.OpenRowGroup(0, [.. Enumerable.Range(0, 3).Select(i => list.At(new ListElement("emb", i, 3)))]);
        using var unit = new UnitColumns(group.Columns, 10);
        group.Skip(4);
        Assert.Equal(1, group.Read(unit, 10));
        Assert.Equal([6f, 7, 8], Enumerable.Range(0, 3).Select(i => unit[i].Floats[0]));
    }

    [Fact]
    public async Task WidthThatTheModelLeavesOpen_IsThatOfTheFirstList()
    {
        await File.WriteAllBytesAsync(_folder["open.onnx"], new OnnxModelWriter().Input("x", OnnxModelWriter.Float, -1, -1)
            .Node("ReduceSum", "", ["x", "axes"], ["y"]).Constant("axes", new long[] { 1 }, 1).Output("y", OnnxModelWriter.Float, -1, 1).ToArray(),
            TestContext.Current.CancellationToken);
        WriteLists<float?>([null!, [1, 2, 3], [1, 2]]);
        var result = await RunAsync(_folder["open.onnx"], FeatureSpec.AsIs(["emb"]));
        Assert.Equal(["1|6"], Rows(result));
        Assert.Contains("2 FeatureUnrepresentable emb has 2 elements, and the model reads 3", DeadLetters(result));
    }

    [Theory]
    [InlineData("bare")]
    [InlineData("two levels")]
    public async Task OldForms_AreReadAsLists(string form)
    {
        using var leaf = new PrimitiveNode(form == "bare" ? "emb" : "array", Repetition.Repeated, LogicalType.None(), PhysicalType.Float);
        using var emb = form == "bare" ? (Node)leaf.DeepClone() : new GroupNode("emb", Repetition.Optional, [leaf], LogicalType.List());
        using var id = new PrimitiveNode("id", Repetition.Required, LogicalType.None(), PhysicalType.Int64);
        using var root = new GroupNode("schema", Repetition.Required, [id, emb]);
        Directory.CreateDirectory(_folder["in"]);
        using (var properties = WriterProperties.GetDefaultWriterProperties())
        using (var file = new ParquetFileWriter(_folder["in/x.parquet"], root, properties))
        {
            using var group = file.AppendRowGroup();
            using (var ids = (ColumnWriter<long>)group.NextColumn())
                ids.WriteBatch([0, 1, 2]);
            var there = (short)(form == "bare" ? 1 : 2);
            using (var values = (ColumnWriter<float>)group.NextColumn())
                values.WriteBatch(7, [there, there, there, (short)(there - 1), there, there, there], [0, 1, 1, 0, 0, 1, 1], [1, 2, 3, 4, 5, 6]);
            file.Close();
        }
        var result = await RunAsync("linear", FeatureSpec.AsIs(["emb"]));
        Assert.Equal(["0|321.5", "2|654.5"], Rows(result));
        Assert.Equal("1 FeatureUnrepresentable emb has 0 elements, and the model reads 3", Assert.Single(DeadLetters(result)));
    }

    [Fact]
    public async Task ListsOfOtherThings_AreRefusedByASentence()
    {
        Write(_folder.File("in/x.parquet"), [Data.Of("id", [0L]), Data.Of("emb", [new[] { "a", "b", "c" }])]);
        var message = (await Assert.ThrowsAsync<BadInputException>(() => ScoreAsync())).Message;
        Assert.Contains("column 'emb'", message, StringComparison.Ordinal);
        Assert.Contains("lists of 32 and 64-bit numbers", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FilesWithListsOfOtherNumbers_AreRefusedByName()
    {
        Write(_folder.File("in/a.parquet"), [Data.Of("id", [0L]), Data.Of("emb", [new float[] { 1, 2, 3 }])]);
        Write(_folder.File("in/b.parquet"), [Data.Of("id", [1L]), Data.Of("emb", [new double[] { 1, 2, 3 }])]);
        Assert.Contains("b.parquet", (await Assert.ThrowsAsync<BadInputException>(() => ScoreAsync())).Message, StringComparison.Ordinal);
    }

    private void WriteLists<T>(T[][] lists, int rowsPerGroup = int.MaxValue, Action<WriterPropertiesBuilder>? configure = null) =>
        Write(_folder.File("in/x.parquet"), [Data.Of("id", [.. Enumerable.Range(0, lists.Length).Select(i => (long)i)]), Data.Of("emb", lists)], rowsPerGroup,
            configure);

    private async Task<List<string>> ScoreAsync() => Rows(await RunAsync("linear", FeatureSpec.AsIs(["emb"])));

    private Task<OneShotResult> RunAsync(string model, FeatureSpec? features, Func<OneShotOptions, OneShotOptions>? with = null)
    {
        var options = new OneShotOptions(Path.IsPathRooted(model) ? model : Fixture.Path(model), [_folder.File("in")], _folder.File("out"))
        {
            KeyColumn = "id",
            Features = features,
            Workers = 1,
            Rejects = new RejectBudget(100, 1),
        };
        return OneShotScoring.RunAsync(with?.Invoke(options) ?? options, null, TimeProvider.System, TestContext.Current.CancellationToken);
    }

    private static List<string> Rows(OneShotResult result)
    {
        var rows = new List<string>();
        foreach (var artifact in result.Files.Where(f => f.Kind == ArtifactKind.Output))
        {
            using var file = InputFileReader.Open(Path.Combine(result.OutputDirectory, artifact.BlobName));
            InputColumn[] read = [file.Columns.First(c => c.Name == "id"), file.Columns.First(c => c.Kind == ColumnKind.Float)];
            using var unit = new UnitColumns(read, 100_000);
            for (var g = 0; g < file.RowGroupCount; g++)
            {
                using var group = file.OpenRowGroup(g, read);
                var count = group.Read(unit, 100_000);
                for (var row = 0; row < count; row++)
                    rows.Add(FormattableString.Invariant($"{unit[0].Integers[row]}|{unit[1].Floats[row]}"));
            }
        }
        return rows;
    }

    private static List<string> DeadLetters(OneShotResult result)
    {
        var rows = new List<string>();
        foreach (var artifact in result.Files.Where(f => f.Kind == ArtifactKind.DeadLetters))
        {
            using var file = InputFileReader.Open(Path.Combine(result.OutputDirectory, artifact.BlobName));
            using var group = file.OpenRowGroup(0, ["key", "reason", "detail"]);
            using var unit = new UnitColumns(group.Columns, 100);
            var count = group.Read(unit, 100);
            for (var row = 0; row < count; row++)
                rows.Add(string.Join(' ', Enumerable.Range(0, 3).Select(i => System.Text.Encoding.UTF8.GetString(unit[i].Text[row]))));
        }
        return rows;
    }
}
