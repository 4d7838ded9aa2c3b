using BatchEngine.Host.Tests.EndToEnd;

namespace BatchEngine.Host.Tests.Scenes;

[Collection(ProcessesCollection.Name)]
public sealed class ScheduleScenesTests
{
    [Fact]
    public async Task NightsOverTheClockChangeOfCasablanca_AreSevenDifferentInstants()
    {
        using var scene = SceneFolder.Open("31-casablanca");

        var run = await scene.RunOnDataAsync("backfill", "job.yaml", "--dry-run", "--from", "2026-03-19T00:00:00Z", "--to", "2026-03-26T00:00:00Z");

        run.MustEnd(0);
        Assert.Equal(
            ["casa_20260319T020000Z", "casa_20260320T020000Z", "casa_20260321T020000Z", "casa_20260322T020000Z", "casa_20260323T010000Z",
                "casa_20260324T010000Z", "casa_20260325T010000Z"],
            run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }
}
