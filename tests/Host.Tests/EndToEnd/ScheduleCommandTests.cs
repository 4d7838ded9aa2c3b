using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Lanes;

namespace BatchEngine.Host.Tests.EndToEnd;

[Collection(ProcessesCollection.Name)]
public sealed class ScheduleCommandTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Schedule_PausedByOneProcess_IsPausedForAllUntilItIsResumed()
    {
        using var folder = await InputFolder.CreateAsync();
        await using var database = await StateDatabase.OpenAsync(folder["data/batchengine.db"], TimeProvider.System, Ct);
        var lanes = new LaneStore(database);
        await lanes.CreateAsync(new LaneState("nightly", "0 0 2 * * ? | UTC", DateTimeOffset.UnixEpoch, [], false), Ct);

        (await ProgramRun.RunAsync("schedule", "pause", "nightly", "--data", folder["data"])).MustEnd(0);

        Assert.True((await lanes.FindAsync("nightly", Ct))!.IsPaused);
        Assert.True((await ProgramRun.RunAsync("schedule", "list", "--json", "--data", folder["data"])).Json()[0].GetProperty("isPaused").GetBoolean());
        (await ProgramRun.RunAsync("schedule", "resume", "nightly", "--data", folder["data"])).MustEnd(0);
        Assert.False((await lanes.FindAsync("nightly", Ct))!.IsPaused);
    }

    [Fact]
    public async Task Schedule_OfAnUnknownJob_IsRefused()
    {
        using var folder = await InputFolder.CreateAsync();
        (await ProgramRun.RunAsync("schedule", "pause", "nobody", "--data", folder["data"])).MustRefuse("nobody", "schedule list");
    }
}
