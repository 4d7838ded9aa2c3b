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

    [Fact]
    public async Task DateOfAnInputPath_IsTheDayInTheSchedulesZone_AndPlanShowsIt()
    {
        using var scene = SceneFolder.Open("10-date-zone");
        string[] night = ["job.yaml", "--as-of", "2026-11-24T17:00:00Z"];

        var plan = await scene.RunOnDataAsync(["plan", .. night]);
        (await scene.RunOnDataAsync(["run", .. night])).MustEnd(0);
        var found = await scene.RunOnDataAsync("lookup", "z", "1");

        Assert.Contains("2026-11-25 02:00 in Asia/Tokyo; {date} is 2026-11-25", plan.Output, StringComparison.Ordinal);
        found.MustEnd(0);
        Assert.Contains("25", found.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NightInTheFuture_IsRefused_AndTheNextNightServes()
    {
        using var scene = SceneFolder.Open("13-future-as-of");

        (await scene.RunOnDataAsync("run", "job.yaml", "--as-of", "2126-11-26T02:00:00Z")).MustRefuse("--as-of", "2126", "future", "--allow-future");
        File.Copy(scene["day2.parquet"], scene["in.parquet"], overwrite: true);
        (await scene.RunOnDataAsync("run", "job.yaml")).MustEnd(0);

        var found = await scene.RunOnDataAsync("lookup", "j", "1", "--json");
        found.MustEnd(0);
        Assert.Contains("2", found.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NightInTheFutureThatWasAllowed_IsNotFresh()
    {
        using var scene = SceneFolder.Open("13-future-as-of");
        (await scene.RunOnDataAsync("run", "job.yaml", "--as-of", "2126-11-26T02:00:00Z", "--allow-future")).MustEnd(0);

        Assert.DoesNotContain("fresh", (await scene.RunOnDataAsync("lookup", "j", "1", "--json")).Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task WeekdaysByNumber_AreNamedInBackfillPlanAndCheck()
    {
        using var scene = SceneFolder.Open("30-cron-weekdays");

        var backfill =
            await scene.RunOnDataAsync("backfill", "job.yaml", "--dry-run", "--from", "2026-11-22T00:00:00Z", "--to", "2026-11-29T00:00:00Z");
        var plan = await scene.RunOnDataAsync("plan", "job.yaml");
        var check = await scene.RunAsync("jobs", "check", "job.yaml");

        backfill.MustEnd(0, "fires Sunday to Thursday");
        Assert.Equal(5, backfill.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("fires Sunday to Thursday", plan.Output, StringComparison.Ordinal);
        Assert.Contains("fires Sunday to Thursday", check.Output, StringComparison.Ordinal);
        check.MustEnd(0);
    }
}
