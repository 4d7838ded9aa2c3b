using BatchEngine.Host.Tests.EndToEnd;

namespace BatchEngine.Host.Tests.Scenes;

/// <summary>Tables whose files do not all look alike.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class TableScenesTests
{
    [Theory]
    [InlineData("a", "3 4 5", 1)]
    [InlineData("b", "3 4", 2)]
    [InlineData("c", "3 4 5 6", 0)]
    [InlineData("d", "3 4 5 6", 0)]
    [InlineData("e", "3 4 5 6", 0)]
    [InlineData("f", "3 4", 2)]
    [InlineData("g", "5 6", 2)]
    public async Task MixedTypes_AreScoredByOnceAndByNight(string folder, string scores, int rejected)
    {
        using var scene = SceneFolder.Open("21-mixed-types");
        var run = await scene.RunAsync("score", "--model", "model.onnx", "--input", folder, "--key", "id", "--features", "x", "--output", "out",
            "--max-reject-share", "1");
        run.MustEnd(0);
        Assert.Equal(scores, Scores(scene["out"]));
        Assert.Contains($"{rejected} rejected", run.Output, StringComparison.Ordinal);

        File.WriteAllText(scene["job.yaml"], $$"""
            name: mixed
            input: {{folder}}
            key: id
            model: model.onnx
            features: [x]
            output: night
            quality: { rejects: { maxShare: 1 } }
            """);
        (await scene.RunOnDataAsync("run", "job.yaml", "--as-of", "2026-11-24T02:00:00Z")).MustEnd(0);
        Assert.Equal(scores, Scores(scene["night/mixed_20261124T020000Z"]));
    }

    [Fact]
    public async Task ColumnWithoutAnyType_DoesNoHarmAndIsCarriedAsMissing()
    {
        using var scene = SceneFolder.Open("21-mixed-types");
        string[] words = ["score", "--model", "model.onnx", "--input", "h", "--key", "id", "--features", "x", "--output"];
        (await scene.RunAsync([.. words, "plain"])).MustEnd(0);
        var other = Directory.GetFiles(scene["h"]).Length > 0 ? OtherColumn(scene["h"]) : "";
        (await scene.RunAsync([.. words, "carried", "--carry", $"{other},x"])).MustEnd(0);
        var rows = ParquetRows.Read(scene["carried"], "id", ["model_version", "run_id", "scored_at"]);
        Assert.All(rows.Values, row => Assert.Equal(("missing", 4), (row.Split('|')[1], row.Split('|').Length)));
        Assert.NotEmpty(rows);
    }

    [Fact]
    public async Task Mean_IsThatOfTheColumn_InPlanNightLookupAndOneShot()
    {
        using var scene = SceneFolder.Open("06-first-row-group");
        string[] night = ["job.yaml", "--as-of", "2026-11-24T02:00:00Z"];
        var plan = await scene.RunOnDataAsync(["plan", .. night]);
        plan.MustEnd(0);
        Assert.Contains("x 2500", plan.Output, StringComparison.Ordinal);
        var run = await scene.RunOnDataAsync(["run", .. night]);
        run.MustEnd(0);
        Assert.Contains("x 2500", run.Output, StringComparison.Ordinal);
        var lookup = await scene.RunOnDataAsync("lookup", "f", "10", "--json");
        lookup.MustEnd(0);
        Assert.Contains("2500", lookup.Output, StringComparison.Ordinal);

        var score = await scene.RunAsync("score", "--model", "model.onnx", "--input", "in/2026-11-24", "--key", "id", "--features", "features.yaml",
            "--output", "out");
        score.MustEnd(0);
        Assert.Contains("x 2500", score.Output, StringComparison.Ordinal);
        Assert.Equal(Rows(scene["out/f_20261124T020000Z"]), Rows(scene["out"]));
    }

    private static string[] Rows(string folder) => [.. ParquetRows.Read(folder, "id", ["model_version", "run_id", "scored_at"])
        .OrderBy(r => r.Key).Select(r => r.Value)];

    private static string OtherColumn(string folder)
    {
        using var file = Scorer.Inputs.InputFileReader.Open(Directory.GetFiles(folder)[0]);
        return file.Columns.First(c => c.Name is not ("id" or "x")).Name;
    }

    private static string Scores(string folder) => string.Join(' ', ParquetRows.Read(folder, "id", ["model_version", "run_id", "scored_at"])
        .OrderBy(r => r.Key).Select(r => r.Value.Split('|')[^1]));
}
