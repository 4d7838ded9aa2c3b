using BatchEngine.Domain;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Database.Leases;

namespace BatchEngine.Scheduler.Tests.Runs;

/// <summary>What a process does with a run that another leads, ends or has ended.</summary>
public sealed class FollowedRunTests
{
    [Theory]
    [InlineData(RunState.Failed)]
    [InlineData(RunState.Held)]
    public async Task Run_EndedByItsLeaderWhileItWasWaitedFor_IsNotBegunAnew(RunState end)
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        var lead = Assert.IsType<LeadOutcome.Taken>(await world.Lead.TryTakeAsync(plan.Run, "elsewhere", LeasePolicy.Default.Ttl, World.Stop)).Lead;
        var waiting = world.RunAsync(change: s => s with { LeadWait = LeasePolicy.Default.Ttl * 2 });
        await world.Clock.WaitOfAsync(LeasePolicy.Default.MaxWait);

        Assert.True(await world.Runs.MoveAsync(lead, RunState.Scoring, end, "planted", null, World.Stop));
        await world.Lead.GiveBackAsync(lead, World.Stop);

        world.Clock.Advance(LeasePolicy.Default.MaxWait);
        var outcome = await waiting;
        Assert.Equal(end, Assert.IsType<RunOutcome.AlreadyEnded>(outcome).Record.State);
        Assert.Empty(world.Scorer.Scored);
        Assert.Equal(end, (await world.Runs.FindAsync(plan.Run, World.Stop))!.State);
    }

    [Fact]
    public async Task Run_ThatHasFailed_IsTriedAgainForAPersonAndNotForASchedule()
    {
        await using var world = await World.CreateAsync();
        world.AtJudging = _ => throw new BadInputException("drift", "a broken gate", "a verdict", "Mend it.");
        Assert.IsType<RunOutcome.Failed>(await world.RunAsync());
        world.AtJudging = _ => Task.CompletedTask;

        Assert.Equal(RunState.Failed, Assert.IsType<RunOutcome.AlreadyEnded>(await world.RunAsync(change: s => s with { ReopensFailed = false })).Record.State);
        Assert.IsType<RunOutcome.Published>(await world.RunAsync());
    }

    [Fact]
    public async Task AtEnd_WhileOneProcessIsAtIt_AnotherLeavesItToIt()
    {
        await using var world = await World.CreateAsync();
        var ends = 0;
        RunOutcome? second = null;
        Func<RunSettings, RunSettings> counts = s => s with { AtEnd = (_, _) => Task.FromResult(ends++) };

        var first = await world.RunAsync(change: s => s with
        {
            AtEnd = async (ended, _) =>
            {
                Assert.Equal(RunState.Published, ended.State);
                second = await world.RunAsync(holder: "there", change: counts);
            },
        });

        Assert.IsType<RunOutcome.Published>(first);
        Assert.IsType<RunOutcome.Following>(second);
        Assert.Equal(0, ends);
        // Whoever comes later, for instance after a crash in between, does it again.
        Assert.IsType<RunOutcome.AlreadyEnded>(await world.RunAsync(holder: "there", change: counts));
        Assert.Equal(1, ends);
    }

    [Fact]
    public async Task AtEnd_LeadIsLostMeanwhile_IsStoppedAndLeftToTheOther()
    {
        await using var world = await World.CreateAsync();
        var running = world.RunAsync(change: s => s with
        {
            AtEnd = async (ended, ct) =>
            {
                // A renewal that is under way may come between.
                do
                    world.Clock.Jump(TimeSpan.FromMinutes(5));
                while (await world.Lead.TryTakeAsync(ended.Run, "successor", LeasePolicy.Default.Ttl, World.Stop) is not LeadOutcome.Taken);
                await Task.Delay(Timeout.InfiniteTimeSpan, ct);
            },
        });
        Assert.IsType<RunOutcome.Following>(await world.Clock.PassAsync(LeasePolicy.Default.RenewEvery, running));
    }
}
