using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Scheduler.Runs;

namespace BatchEngine.Scheduler.Tests.Runs;

public sealed class RunPlanningTests
{
    [Fact]
    public async Task Plan_ThatIsOnlyShown_PinsAndRecordsNothing()
    {
        await using var world = await World.CreateAsync();

        Assert.IsType<PlanOutcome.Planned>(await new RunPlanning(world.Services(SilentRunLog.Instance)).PlanAsync(world.Job, Samples.Run, World.Stop));

        Assert.Equal(0, world.Pins);
        Assert.Null(await world.Runs.FindAsync(Samples.Run, World.Stop));
        Assert.Empty(await world.Decisions.ListAsync(Samples.Run, World.Stop));
    }

    [Fact]
    public async Task Plan_OfARunToBeRecorded_PinsOnce()
    {
        await using var world = await World.CreateAsync();

        await new RunPlanning(world.Services(SilentRunLog.Instance)).PinAndPlanAsync(world.Job, Samples.Run, World.Stop);

        Assert.Equal(1, world.Pins);
    }

    [Theory]
    [InlineData(59, false)]
    [InlineData(60, false)]
    [InlineData(61, true)]
    public async Task Plan_AtItsDeadlineOrAfter_RunsWithoutOneAndSaysSo(int deadlineSeconds, bool keeps)
    {
        await using var world = await World.CreateAsync(); // at 02:01:00
        var log = new CrashingLog();
        var job = world.Job with { Deadline = TimeSpan.FromSeconds(deadlineSeconds) };

        var outcome = await new RunPlanning(world.Services(log)).PlanAsync(job, Samples.Run, World.Stop);

        Assert.Equal(keeps ? job.Deadline : null, Assert.IsType<PlanOutcome.Planned>(outcome).Plan.Job.Deadline);
        Assert.Equal(keeps ? 0 : 1, log.Events.Count(e => e.Kind == RunEventKind.DeadlineDropped
            && e.Detail.Contains("has passed before it starts", StringComparison.Ordinal)));
    }
}
