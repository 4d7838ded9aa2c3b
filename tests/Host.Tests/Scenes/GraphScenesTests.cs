using BatchEngine.Host.Tests.EndToEnd;

namespace BatchEngine.Host.Tests.Scenes;

/// <summary>Models whose file is not the whole story.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class GraphScenesTests
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

    [Theory]
    [InlineData("03-two-class-both-weights", "the label is not the class of the largest probability", "TreeEnsembleClassifier")]
    [InlineData("03-two-class-both-weights", "the specification would give the model's own, 1 and 2")]
    [InlineData("04-logistic-regressor", "leaves LOGISTIC out", "1 / (1 + exp(-sum))")]
    [InlineData("04b-treeensemble5-logistic", "leaves LOGISTIC out", "1 / (1 + exp(-sum))")]
    [InlineData("04c-leaf-only-logistic", "weights of the second class only", "1 / (1 + exp(-sum))")]
    [InlineData("24-forest-untrained-nan", "no rule for missing values", "false branch")]
    public async Task ModelThatIsNotScoredAsTheSpecificationSays_SaysSoEverywhere(string name, params string[] words)
    {
        using var scene = SceneFolder.Open(name);
        var arguments = File.ReadAllText(scene["args.txt"]).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        var scored = await scene.RunAsync(arguments);
        scored.MustEnd(0);
        var registered = await scene.RunOnDataAsync("models", "register", "it", "model.onnx");
        registered.MustEnd(0);
        var shown = await scene.RunOnDataAsync("models", "show", "it:1", "--json");
        shown.MustEnd(0);
        foreach (var text in new[] { scored.Output, registered.Output,
            string.Join('\n', shown.Json().GetProperty("caveats").EnumerateArray().Select(c => c.GetString())) })
            Assert.All(words, word => Assert.Contains(word, text, StringComparison.Ordinal));
    }

    private static async Task<double> ScoreOfFiveAsync(SceneFolder scene)
    {
        var answer = await scene.RunOnDataAsync("lookup", "net", "5", "--json");
        answer.MustEnd(0);
        return answer.Json()[0].GetProperty("outputs").GetProperty("score").GetDouble();
    }
}
