using System.Globalization;
using System.Text.Json;
using BatchEngine.Host.Tests.EndToEnd;
using BatchEngine.Scorer.Outputs;

namespace BatchEngine.Host.Tests.Scenes;

[Collection(ProcessesCollection.Name)]
public sealed class OutputInsideInputSceneTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("job.yaml", "data")]
    [InlineData("job2.yaml", "data2")]
    [InlineData("job3.yaml", "data3")]
    public async Task SecondNight_OutputOfTheFirstInsideTheInput_IsLeftOutAndSaid(string job, string data)
    {
        using var scene = SceneFolder.Open("23-output-inside-input");
        (await scene.RunOnDataAsync("run", job, "--as-of", "2026-11-24T02:00:00Z")).MustEnd(0);
        var second = await scene.RunOnDataAsync("run", job, "--as-of", "2026-11-25T02:00:00Z");
        second.MustEnd(0, "left out", data);

        var manifest = Directory.EnumerateFiles(scene[data], OutputManifest.FileName, SearchOption.AllDirectories)
            .Single(f => f.Contains("20261125", StringComparison.Ordinal));
        Assert.Equal(10, JsonDocument.Parse(await File.ReadAllTextAsync(manifest, Ct)).RootElement.GetProperty("rows").GetProperty("read").GetInt64());
    }

    [Fact]
    public async Task Export_FileDamagedOrRemoved_IsWrittenAgainByTheSameCommand()
    {
        using var scene = SceneFolder.Open("23-output-inside-input");
        string[] command = ["run", "job.yaml", "--as-of", "2026-11-24T02:00:00Z"];
        (await scene.RunOnDataAsync(command)).MustEnd(0);
        var output = Directory.EnumerateDirectories(scene["data/out"]).Single();
        var file = Directory.EnumerateFiles(output, "*.parquet").Single();
        var sound = await File.ReadAllBytesAsync(file, Ct);
        await File.WriteAllBytesAsync(file, sound[..^9], Ct);
        await File.WriteAllTextAsync(Path.Combine(output, "_SUCCESS"), "mine", Ct);

        (await scene.RunOnDataAsync(command)).MustEnd(0, "written again", "1 files");

        Assert.Equal(sound, await File.ReadAllBytesAsync(file, Ct));
        Assert.True(File.Exists(Path.Combine(output, "_SUCCESS")));
        Assert.DoesNotContain("written again", (await scene.RunOnDataAsync(command)).Errors, StringComparison.Ordinal);
        Assert.Equal(10.ToString(CultureInfo.InvariantCulture), (await scene.RunOnDataAsync("runs", "list", "--json")).Json()[0].GetProperty("rows")
            .ToString());
    }
}
