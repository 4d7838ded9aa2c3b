using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Database.Ledger;

namespace BatchEngine.Scheduler.Tests.Runs;

/// <summary>What is metered of a run is written ahead and becomes usage however its processes end.</summary>
public sealed class MeteredRunTests
{
    private static readonly RunId Run = new(Samples.Job().Name, Samples.Night);

    private static OpenSliceStore Slices(World world) => new(world.Database);

    [Fact]
    public async Task Run_ThatEnds_LeavesNoOpenSlice()
    {
        await using var world = await World.CreateAsync();
        world.LetTimePass();
        Assert.IsType<RunOutcome.Published>(await world.RunAsync());
        Assert.Empty(await Slices(world).ListAsync(null, World.Stop));
        var usage = await world.Usage.ListAsync(Run, World.Stop);
        Assert.Contains(usage, u => u.Kind == UsageKind.RunOverhead && u.BusyShare == 1);
        Assert.Equal(40, usage.Sum(u => u.Predictions));
    }

    [Theory]
    [InlineData(RunEventKind.SegmentWritten)]
    [InlineData(RunEventKind.Judged)]
    public async Task Coordinator_ThatDiesWhileItSealsOrJudges_HasItsTimeWrittenAhead(RunEventKind moment)
    {
        await using var world = await World.CreateAsync();
        world.LetTimePass();
        OpenSlice? seen = null;
        var log = new HookLog(moment, async () =>
            seen = (await Slices(world).ListAsync(Run, World.Stop)).SingleOrDefault(s => s.Kind == UsageKind.RunOverhead));
        await world.RunAsync(log);
        Assert.NotNull(seen);
        Assert.Equal("here-lead", seen.Subject);
    }

    [Fact]
    public async Task Worker_BetweenAndInsideShards_IsWrittenAhead()
    {
        await using var world = await World.CreateAsync();
        var open = new List<OpenSlice>();
        world.Scorer.BeforeUnit = async (_, _, _) =>
        {
            world.Clock.Advance(TimeSpan.FromSeconds(11));
            open.Add(Assert.Single(await Slices(world).ListAsync(Run, World.Stop)));
        };
        await world.RunAsync();
        Assert.NotEmpty(open);
        Assert.All(open, s => Assert.Equal(UsageKind.BatchWorker, s.Kind));
        var usage = (await world.Usage.ListAsync(Run, World.Stop)).Where(u => u.Kind == UsageKind.BatchWorker).ToList();
        Assert.All(open, s => Assert.Contains(usage, u => u.Id == s.Id && u.From == s.From));
    }

    [Fact]
    public async Task Cancel_OfARunThatNobodyLeads_AccountsIt()
    {
        await using var world = await World.CreateAsync();
        await world.OpenRunAsync();
        Assert.True(await world.NightRun().CancelAsync(Run, "somebody", World.Stop));
        Assert.Equal(1, world.Closings);
    }

    [Fact]
    public async Task Coordinator_ThatIsAskedToLeaveWhileItSeals_RecordsItsTimeAllTheSame()
    {
        await using var world = await World.CreateAsync();
        world.LetTimePass();
        using var notice = new CancellationTokenSource();
        var log = new HookLog(RunEventKind.SegmentWritten, () =>
        {
            world.Clock.Advance(TimeSpan.FromSeconds(3));
            notice.Cancel();
            return Task.CompletedTask;
        });
        await world.RunAsync(log, notice: notice);
        Assert.Empty(await Slices(world).ListAsync(null, World.Stop));
        Assert.Contains(await world.Usage.ListAsync(Run, World.Stop), u => u.Kind == UsageKind.RunOverhead);
    }
}
