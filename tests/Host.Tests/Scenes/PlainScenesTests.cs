using BatchEngine.Host.Tests.EndToEnd;

namespace BatchEngine.Host.Tests.Scenes;

[Collection(ProcessesCollection.Name)]
public sealed class PlainScenesTests
{
    [Fact]
    public async Task TableOfGoodPages_IsScored()
    {
        using var scene = SceneFolder.Open("18-page-checksum");
        var run = await scene.RunAsync("score", "--model", "model.onnx", "--input", "good.parquet", "--key", "id", "--output", "out");
        run.MustEnd(0);
    }
}
