using BatchEngine.Host.Tests.EndToEnd;

namespace BatchEngine.Host.Tests.Scenes;

/// <summary>Models whose file is not the whole story.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class ModelScenesTests
{
    [Fact]
    public async Task WeightsChangedBesideAnUnchangedGraph_AreAnotherModel()
    {
        using var scene = SceneFolder.Open("01-external-weights-changed");
        (await scene.RunOnDataAsync("run", "job.yaml", "--as-of", "2026-11-24T02:00:00Z")).MustEnd(0);
        Assert.Equal(8, await ScoreOfFiveAsync(scene));
        File.Copy(scene["day2/net.onnx.data"], scene["net.onnx.data"], overwrite: true);
        (await scene.RunOnDataAsync("run", "job.yaml", "--as-of", "2026-11-25T02:00:00Z")).MustEnd(0);
        Assert.Equal(16, await ScoreOfFiveAsync(scene));
    }

    [Fact]
    public async Task RegisteredModel_TakesItsWeightsWithIt()
    {
        using var scene = SceneFolder.Open("02-register-external");
        (await scene.RunOnDataAsync("models", "register", "net", "net.onnx", "--promote")).MustEnd(0);
        File.Delete(scene["net.onnx.data"]);
        File.Delete(scene["net.onnx"]);
        (await scene.RunOnDataAsync("run", "job.yaml")).MustEnd(0);
        Assert.Equal(8, await ScoreOfFiveAsync(scene));
        var shown = await scene.RunOnDataAsync("models", "show", "net@champion");
        shown.MustEnd(0);
        Assert.Contains("net.onnx.data", shown.Output, StringComparison.Ordinal);
    }

    private static async Task<double> ScoreOfFiveAsync(SceneFolder scene)
    {
        var answer = await scene.RunOnDataAsync("lookup", "net", "5", "--json");
        answer.MustEnd(0);
        return answer.Json()[0].GetProperty("outputs").GetProperty("score").GetDouble();
    }
}
