using BatchEngine.Host.Tests.EndToEnd;

namespace BatchEngine.Host.Tests.Scenes;

[Collection(ProcessesCollection.Name)]
public sealed class ModelScenesTests
{
    [Fact]
    public async Task MissingBool_IsRejectedAndNotTrue()
    {
        using var scene = SceneFolder.Open("08-bool-null");
        var run = await scene.RunAsync("score", "--model", "model.onnx", "--input", "in.parquet", "--key", "id", "--output", "out", "--max-rejects", "10",
            "--max-reject-share", "1");
        run.MustEnd(0);
        Assert.Contains("1 rejected", run.Output, StringComparison.Ordinal);
        var rows = ParquetRows.Read(scene["out"], "id", ["model_version", "run_id", "scored_at"]);
        Assert.Equal([1L, 2L], rows.Keys.Order());
        Assert.Equal("1|10", rows[1]);
        Assert.Equal("2|0", rows[2]);
    }
}
