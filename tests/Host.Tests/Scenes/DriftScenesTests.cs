using BatchEngine.Host.Tests.EndToEnd;

namespace BatchEngine.Host.Tests.Scenes;

/// <summary>Nights that drift, in ways that are easily overlooked.</summary>
[Collection(ProcessesCollection.Name)]
public sealed class DriftScenesTests
{
    [Fact]
    public async Task RareFlag_ThatIsRareNoMore_IsSeenAndTold()
    {
        using var scene = SceneFolder.Open("05-rare-flag");
        (await scene.RunOnDataAsync("run", "job.yaml", "--as-of", "2026-11-24T02:00:00Z")).MustEnd(0);
        var second = await scene.RunOnDataAsync("run", "job.yaml", "--as-of", "2026-11-25T02:00:00Z");
        second.MustEnd(0);
        Assert.Contains("drifted against f_20261124T020000Z", Words(second.Output), StringComparison.Ordinal);

        var report = await scene.RunOnDataAsync("drift", "report", "f_20261125T020000Z", "--json");
        Assert.Equal(1, report.ExitCode);
        var verdicts = report.Json().GetProperty("columns").EnumerateArray()
            .ToDictionary(c => c.GetProperty("column").GetString()!, c => c.GetProperty("verdict").GetString());
        Assert.Equal("drifted", verdicts["is_fraud"]);
        Assert.Equal("drifted", verdicts["claims"]);
        Assert.Equal("drifted", verdicts["label"]);
        Assert.True(verdicts.Values.Count(v => v == "drifted") >= 4, string.Join(", ", verdicts));

        Assert.Contains("drifted", (await scene.RunOnDataAsync("runs", "list")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UpperHalfTimesThree_BehindASmallFirstRowGroup_HasDrifted()
    {
        using var scene = SceneFolder.Open("06-first-row-group");
        (await scene.RunOnDataAsync("run", "job.yaml", "--as-of", "2026-11-24T02:00:00Z")).MustEnd(0);
        var second = await scene.RunOnDataAsync("run", "job.yaml", "--as-of", "2026-11-25T02:00:00Z", "--fail-on-drift");
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("published snapshot", Words(second.Output), StringComparison.Ordinal);
        Assert.Equal(1, (await scene.RunOnDataAsync("drift", "report", "f_20261125T020000Z")).ExitCode);
    }

    [Fact]
    public async Task UnknownBaseline_IsHeldWhereDriftHolds()
    {
        using var scene = SceneFolder.Open("05-rare-flag");
        File.AppendAllText(scene["job.yaml"], "\nquality: { drift: { action: hold, baseline: f_20200101T000000Z } }\n");
        var run = await scene.RunOnDataAsync("run", "job.yaml", "--as-of", "2026-11-24T02:00:00Z");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("held back", Words(run.Output), StringComparison.Ordinal);
        Assert.Contains("no profiles are known of f_20200101T000000Z", Words(run.Output), StringComparison.Ordinal);
        Assert.Contains("not measured", Words((await scene.RunOnDataAsync("drift", "report", "f_20261124T020000Z")).Output), StringComparison.Ordinal);
    }

    private static string Words(string output) => string.Join(' ', output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
