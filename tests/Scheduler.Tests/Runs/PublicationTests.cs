using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.TestKit.Databases;

namespace BatchEngine.Scheduler.Tests.Runs;

/// <summary>What a run may still write when a person, another coordinator or another night was there in the meantime.</summary>
public sealed class PublicationTests
{
    [Fact]
    public async Task Cancel_WhileJudging_IsNeverPublished()
    {
        await using var world = await World.CreateAsync();
        world.AtJudging = _ => CancelAsync(world);

        Assert.Contains("ada", Assert.IsType<RunOutcome.Cancelled>(await world.RunAsync()).Reason, StringComparison.Ordinal);

        await MustNotServeAsync(world, RunState.Cancelled);
    }

    [Theory]
    [InlineData(RunEventKind.SegmentWritten)]
    [InlineData(RunEventKind.SegmentRecorded)]
    [InlineData(RunEventKind.SnapshotSaved)]
    [InlineData(RunEventKind.Judged)]
    [InlineData(RunEventKind.Accounted)]
    public async Task Cancel_AtAnyWriteOfSealingAndJudging_IsNeverPublished(RunEventKind at)
    {
        await using var world = await World.CreateAsync();

        Assert.IsType<RunOutcome.Cancelled>(await world.RunAsync(new HookLog(at, () => CancelAsync(world))));

        await MustNotServeAsync(world, RunState.Cancelled);
        Assert.Single(await world.Decisions.ListAsync(Samples.Run, World.Stop), d => d.Subject is DecisionSubject.Cancel or DecisionSubject.Publish);
    }

    [Fact]
    public async Task Cancel_WhileTheGateHolds_StaysCancelled()
    {
        await using var world = await World.CreateAsync();
        world.Verdict = new GateVerdict.Hold("psi 0.41", null);
        world.AtJudging = _ => CancelAsync(world);

        Assert.IsType<RunOutcome.Cancelled>(await world.RunAsync());

        Assert.DoesNotContain(await world.Decisions.ListAsync(Samples.Run, World.Stop), d => d.Choice == "held back");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Lead_LostWhileJudging_PublishesAndHoldsNothing(bool passes)
    {
        await using var world = await World.CreateAsync();
        world.Verdict = passes ? world.Verdict : new GateVerdict.Hold("psi 0.41", null);
        world.AtJudging = async _ => await SucceedAsync(world);

        Assert.IsType<RunOutcome.Following>(await world.RunAsync());

        await MustNotServeAsync(world, RunState.Judging);
        world.AtJudging = _ => Task.CompletedTask;
        world.Clock.Jump(TimeSpan.FromMinutes(5));
        var outcome = await world.RunAsync(holder: "third");
        Assert.True(passes ? outcome is RunOutcome.Published : outcome is RunOutcome.Held, outcome.ToString());
    }

    [Fact]
    public async Task Lead_LostBeforeAFailure_LeavesTheSuccessorsRunGoing()
    {
        await using var world = await World.CreateAsync();
        world.AtJudging = async _ =>
        {
            await SucceedAsync(world);
            throw new BadInputException("drift", "a broken gate", "a verdict", "Mend it.");
        };

        Assert.IsType<RunOutcome.Following>(await world.RunAsync());

        await MustNotServeAsync(world, RunState.Judging);
        Assert.DoesNotContain(await world.Decisions.ListAsync(Samples.Run, World.Stop), d => d.Subject == DecisionSubject.RunFailed);
    }

    [Theory]
    [InlineData(RunEventKind.ReceiptAccepted)]
    [InlineData(RunEventKind.SegmentWritten)]
    [InlineData(RunEventKind.ProfilesSaved)]
    [InlineData(RunEventKind.Judged)]
    [InlineData(RunEventKind.Accounted)]
    public async Task Lead_LostAtAnyWrite_TheSuccessorPublishesTheSameBytes(RunEventKind at)
    {
        await using var calm = await World.CreateAsync();
        await calm.RunAsync();
        await using var world = await World.CreateAsync();

        var first = await world.RunAsync(new HookLog(at, () => SucceedAsync(world)));

        Assert.IsType<RunOutcome.Following>(first);
        Assert.Null(await world.Snapshots.CurrentAsync("churn", World.Stop));
        world.Clock.Jump(TimeSpan.FromMinutes(5));
        Assert.IsType<RunOutcome.Published>(await world.RunAsync(holder: "third"));
        Assert.Equal(await calm.PublishedAsync(), await world.PublishedAsync());
    }

    [Fact]
    public async Task Shard_LostBeforeItsWorkerFails_LeavesTheRunGoing()
    {
        await using var world = await World.CreateAsync();
        var plan = await world.OpenRunAsync();
        var isFirst = true;
        world.Scorer.BeforeUnit = async (lease, _, _) =>
        {
            if (!isFirst)
                return;
            isFirst = false;
            world.Clock.Jump(LeasePolicy.Default.Ttl * 2);
            var taken = await world.Claims.TryAcquireAsync(plan.Run, "successor", TimeSpan.FromMilliseconds(1), World.Stop);
            Assert.IsType<Storage.Database.Leases.LeaseOutcome.Granted>(taken);
            world.Clock.Jump(TimeSpan.FromSeconds(1));
            throw new BadInputException("in/0000.parquet", $"a torn page under {lease.Fence}", "whole pages", "Write it again.");
        };

        Assert.IsType<RunOutcome.Published>(await world.RunAsync());
    }

    [Fact]
    public async Task TwoNights_PublishingTogether_TheLaterOneServesAndThePointerNeverWentBack()
    {
        await using var world = await World.CreateAsync();
        var (older, newer) = (Samples.Night, Samples.Night.AddDays(1));
        var both = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var judging = 0;
        world.AtJudging = _ =>
        {
            if (Interlocked.Increment(ref judging) == 2)
                both.SetResult();
            return both.Task.WaitAsync(World.Stop);
        };

        var outcomes = await Task.WhenAll(world.RunAsync(holder: "a", at: older), world.RunAsync(holder: "b", at: newer));

        Assert.IsType<RunOutcome.Published>(outcomes[1]);
        Assert.Equal(newer, (await world.Snapshots.CurrentAsync("churn", World.Stop))!.AsOf);
        var before = await world.Snapshots.RollbackAsync("churn", new ByHand("ada", "what was served before"), World.Stop);
        Assert.True(outcomes[0] is RunOutcome.Published ? before?.AsOf == older
            : outcomes[0] is RunOutcome.Completed && before is null, outcomes[0].ToString());
    }

    [Fact]
    public async Task TwoNights_TheLaterOnePublishesWhileTheEarlierIsJudged_TheEarlierCompletes()
    {
        await using var world = await World.CreateAsync();
        world.AtJudging = async plan =>
        {
            if (plan.Run.ScheduledAt == Samples.Night)
                Assert.IsType<RunOutcome.Published>(await world.RunAsync(holder: "b", at: Samples.Night.AddDays(1)));
        };

        Assert.IsType<RunOutcome.Completed>(await world.RunAsync(holder: "a"));

        Assert.Equal(Samples.Night.AddDays(1), (await world.Snapshots.CurrentAsync("churn", World.Stop))!.AsOf);
    }

    [Fact]
    public async Task Run_ThatServesAlready_IsPublishedThoughTheGateHoldsItNow()
    {
        await using var world = await World.CreateAsync();
        await world.RunAsync();
        await OpenedRuns.MoveAsync(world.Database, Samples.Run, RunState.Published, RunState.Judging, World.Stop);
        world.Verdict = new GateVerdict.Hold("psi 0.41", null);

        Assert.IsType<RunOutcome.Published>(await world.RunAsync());
    }

    [Fact]
    public async Task Run_UnderTheNameOfAnotherJob_FailsAndSaysHowToTakeOver()
    {
        await using var world = await World.CreateAsync();
        await world.RunAsync();
        world.Job = Samples.Job("heir") with { Serving = ServingContract.Default("churn") };

        var failed = Assert.IsType<RunOutcome.Failed>(await world.RunAsync(at: Samples.Night.AddDays(1)));

        Assert.Contains("serving.formerJob: churn", failed.Reason, StringComparison.Ordinal);
        Assert.False(failed.MayResume);
        Assert.Equal(Samples.Run, (await world.Snapshots.CurrentAsync("churn", World.Stop))!.Run);
    }

    private static Task CancelAsync(World world) => world.NightRun(holder: "a person").CancelAsync(Samples.Run, "ada", World.Stop);

    // As when this process was stopped for long and another one took the run over.
    private static async Task SucceedAsync(World world)
    {
        world.Clock.Jump(LeasePolicy.Default.Ttl * 2);
        Assert.IsType<Storage.Database.Leases.LeadOutcome.Taken>(
            await world.Lead.TryTakeAsync(Samples.Run, "successor", TimeSpan.FromSeconds(1), World.Stop));
    }

    private static async Task MustNotServeAsync(World world, RunState state)
    {
        Assert.Null(await world.Snapshots.CurrentAsync("churn", World.Stop));
        Assert.Equal(state, (await world.Runs.FindAsync(Samples.Run, World.Stop))!.State);
    }
}
