using BatchEngine.Scorer.Tests.Graphs;
using BatchEngine.TestKit.Folders;
using ParquetSharp;

namespace BatchEngine.Host.Tests.EndToEnd;

/// <summary>A night over a table with a column of lists, and a look-up that gives one.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class ListFeaturesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Night_OverLists_IsServedAndScoredInRealTime()
    {
        var ct = TestContext.Current.CancellationToken;
        await File.WriteAllBytesAsync(_folder["sum.onnx"], new OnnxModelWriter().Input("x", OnnxModelWriter.Float, -1, 3)
            .Node("ReduceSum", "", ["x", "axes"], ["y"]).Constant("axes", new long[] { 1 }, 1).Output("y", OnnxModelWriter.Float, -1, 1).ToArray(), ct);
        using (var file = new ParquetFileWriter(_folder["in.parquet"], [new Column<long>("id"), new Column<float[]>("emb")]))
        {
            using var group = file.AppendRowGroup();
            using (var ids = group.NextColumn().LogicalWriter<long>())
                ids.WriteBatch([1, 2, 3]);
            using (var lists = group.NextColumn().LogicalWriter<float[]>())
                lists.WriteBatch([[1, 2, 3], [4, 5], [7, 8, 9.5f]]);
            file.Close();
        }
        await File.WriteAllTextAsync(_folder["sum.yaml"], """
            name: sum
            owner: me
            input: in.parquet
            key: id
            model: sum@champion
            features: [emb]
            output: out/{run}
            quality: { rejects: { maxRows: 1, maxShare: 0.9 } }
            serving: { name: sum, maxAge: 36h, realtimeDeadline: 60s }
            """, ct);
        (await RunAsync("models", "register", "sum", "sum.onnx", "--promote")).MustEnd(0);
        (await RunAsync("run", "sum.yaml")).MustEnd(0);
        var rows = ParquetRows.Read(Assert.Single(Directory.GetDirectories(_folder["out"])), "id", ["model_version", "run_id", "scored_at"]);
        Assert.Equal(["1|6", "3|24.5"], rows.OrderBy(r => r.Key).Select(r => r.Value));
        var scored = await RunAsync("lookup", "sum", "77", "--features", """{"emb": [1, 2, 3.5]}""");
        Assert.True(scored.Output.Contains("6.5", StringComparison.Ordinal), scored.Output + scored.Errors);
        var refused = await RunAsync("lookup", "sum", "78", "--features", """{"emb": [1, 2]}""");
        Assert.Contains("a list of 2 elements", refused.Output + refused.Errors, StringComparison.Ordinal);
        Assert.Contains("a list of 3 numbers", refused.Output + refused.Errors, StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    private Task<ProgramRun> RunAsync(params string[] arguments) => ProgramRun.RunInAsync(_folder.Path, [.. arguments, "--data", _folder["data"]]);
}
