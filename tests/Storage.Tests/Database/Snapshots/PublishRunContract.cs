using BatchEngine.Domain;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;
using BatchEngine.TestKit.Databases;

namespace BatchEngine.Storage.Tests.Database.Snapshots;

/// <summary>What is looked at in the transaction that moves the pointer: state, lead, the instant that serves, the name.</summary>
public abstract class PublishRunContract : StateContract
{
    private static readonly ByHand Ada = new("ada", "sales was closed");

    private SnapshotStore CreateSut() => new(Database);

    private async Task<SnapshotInfo> JudgedAsync(RunId run, RunPlan? plan = null)
    {
        await Samples.OpenRunAsync(Database, plan ?? Samples.Plan(run));
        await Samples.FinishShardsAsync(Database, run);
        var lead = await LeadAsync(run);
        await CreateSut().RecordSegmentsAsync(lead, [Samples.Segment(run, 0), Samples.Segment(run, 1)], Ct);
        var snapshot = await CreateSut().SaveAsync(lead, Samples.Snapshot(run, await CreateSut().SegmentsAsync(run, Ct))
            with
        { ServingName = plan?.Job.Serving.Name ?? run.Job }, Ct);
        await OpenedRuns.MoveAsync(Database, run, RunState.Scoring, RunState.Judging, Ct);
        return snapshot;
    }

    [Fact]
    public async Task PublishRun_Judged_MovesPointerStateContractAndDecisionTogether()
    {
        var snapshot = await JudgedAsync(Samples.Run());
        var published = Assert.IsType<PublishOutcome.Published>(await PublishAsync(snapshot.Run));
        Assert.Equal(snapshot.Id, published.Snapshot.Id);
        Assert.Equal(snapshot.Id, await ServedAsync());
        Assert.Equal(RunState.Published, await StateAsync(snapshot.Run));
        Assert.Equal("churn", Assert.Single(await CreateSut().ContractsAsync(Ct)).Contract.Name);
        var why = Assert.Single(await new DecisionStore(Database).ListAsync(snapshot.Run, Ct));
        Assert.Equal((DecisionSubject.Publish, "snapshot 1 serves churn", "stable"), (why.Subject, why.Choice, why.Reason));
    }

    [Fact]
    public async Task PublishRun_Repeated_LeavesThePointerThatMovedOn()
    {
        var first = await JudgedAsync(Samples.Run());
        await PublishAsync(first.Run);
        var second = await JudgedAsync(Samples.Run(day: 1));
        await PublishAsync(second.Run);
        Assert.IsType<PublishOutcome.Published>(await PublishAsync(first.Run));
        Assert.Equal(second.Id, await ServedAsync());
        Assert.Single(await new DecisionStore(Database).ListAsync(first.Run, Ct));
    }

    [Fact]
    public async Task PublishRun_ServedBeforeItsStateWasNoted_IsPublishedAndLeavesThePointer()
    {
        var first = await JudgedAsync(Samples.Run());
        await PublishAsync(first.Run);
        var second = await JudgedAsync(Samples.Run(day: 1));
        await PublishAsync(second.Run);
        await OpenedRuns.MoveAsync(Database, first.Run, RunState.Published, RunState.Judging, Ct);
        Assert.IsType<PublishOutcome.Published>(await PublishAsync(first.Run));
        Assert.Equal((second.Id, RunState.Published), (await ServedAsync(), await StateAsync(first.Run)));
    }

    [Fact]
    public async Task PublishRun_CancelledMeanwhile_ChangesNothing()
    {
        var snapshot = await JudgedAsync(Samples.Run());
        await new RunStore(Database).CancelAsync(snapshot.Run, RunState.Judging, "cancelled by ada",
            new Decision(snapshot.Run, Start, DecisionSubject.Cancel, "cancelled", "asked for"), Ct);
        Assert.Equal(RunState.Cancelled, Assert.IsType<PublishOutcome.NotJudged>(await PublishAsync(snapshot.Run)).State);
        Assert.Null(await ServedAsync());
        Assert.Contains("cancelled run is never published", (await Assert.ThrowsAsync<BadInputException>(() =>
            CreateSut().PublishAsync(snapshot.Id, Ada, Ct))).Message, StringComparison.Ordinal);
        Assert.Null(await ServedAsync());
    }

    [Fact]
    public async Task PublishRun_LeadLost_ChangesNothing()
    {
        var snapshot = await JudgedAsync(Samples.Run());
        var lost = await LeadAsync(snapshot.Run);
        await LeadAsync(snapshot.Run);
        await Assert.ThrowsAsync<LeadLostException>(() => CreateSut().PublishRunAsync(lost, "stable", Ct));
        Assert.Null(await ServedAsync());
        Assert.Equal(RunState.Judging, await StateAsync(snapshot.Run));
        await Assert.ThrowsAsync<LeadLostException>(() => CreateSut().RecordSegmentsAsync(lost, [Samples.Segment(snapshot.Run, 0)], Ct));
        await Assert.ThrowsAsync<LeadLostException>(() => CreateSut().RecordSegmentsAsync(lost, [], Ct));
        await Assert.ThrowsAsync<LeadLostException>(() => CreateSut().SaveAsync(lost, snapshot, Ct));
        await Assert.ThrowsAsync<LeadLostException>(() => new ProfileStore(Database).SaveAsync(lost, [], Ct));
        await Assert.ThrowsAsync<LeadLostException>(() => new ProfileStore(Database).SaveDriftAsync(lost, new DriftReport(snapshot.Run, null, []), Ct));
        await Assert.ThrowsAsync<LeadLostException>(() => new DecisionStore(Database).AppendAsync(lost,
            new Decision(snapshot.Run, Start, DecisionSubject.Publish, "held back", "psi"), Ct));
        Assert.Empty(await new DecisionStore(Database).ListAsync(snapshot.Run, Ct));
    }

    [Fact]
    public async Task PublishRun_NewerServes_CompletesWithTheDecisionAndLeavesThePointer()
    {
        var old = await JudgedAsync(Samples.Run());
        var newer = await JudgedAsync(Samples.Run(day: 1));
        await PublishAsync(newer.Run);
        Assert.Equal(newer.Id, Assert.IsType<PublishOutcome.NewerServes>(await PublishAsync(old.Run)).Current.Id);
        Assert.Equal((newer.Id, RunState.Completed), (await ServedAsync(), await StateAsync(old.Run)));
        Assert.Contains("is newer and keeps serving", Assert.Single(await new DecisionStore(Database).ListAsync(old.Run, Ct)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PublishRun_TwoAtOnceInEitherOrder_TheLaterNightServes()
    {
        for (var pair = 0; pair < 8; pair++)
        {
            var (old, newer) = (await JudgedAsync(Samples.Run(day: pair * 2)), await JudgedAsync(Samples.Run(day: (pair * 2) + 1)));
            var runs = pair % 2 == 0 ? new[] { newer.Run, old.Run } : [old.Run, newer.Run];
            await Task.WhenAll(runs.Select(run => Task.Run(() => PublishAsync(run), Ct)));
            Assert.Equal(newer.Id, await ServedAsync());
            var publications = await Database.ReadAsync(async tx =>
                await tx.QueryAsync<long>("SELECT s.as_of FROM publications p JOIN snapshots s ON s.id = p.snapshot_id ORDER BY p.number"), Ct);
            Assert.Equal(publications.Order(), publications);
        }
    }

    [Fact]
    public async Task PublishRun_NameOfAnotherJob_IsRefusedUnlessTheJobSaysItTakesOver()
    {
        var mine = await JudgedAsync(Samples.Run());
        await PublishAsync(mine.Run);
        var plan = Samples.Plan(Samples.Run("thief", 1));
        var thief = await JudgedAsync(plan.Run, plan with { Job = plan.Job with { Serving = plan.Job.Serving with { Name = "churn" } } });
        Assert.Equal(mine.Id, Assert.IsType<PublishOutcome.NameTaken>(await PublishAsync(thief.Run)).Current.Id);
        Assert.Equal((mine.Id, RunState.Judging), (await ServedAsync(), await StateAsync(thief.Run)));
        plan = Samples.Plan(Samples.Run("heir", 1));
        var heir = await JudgedAsync(plan.Run,
            plan with { Job = plan.Job with { Serving = plan.Job.Serving with { Name = "churn", FormerJob = "churn" } } });
        Assert.IsType<PublishOutcome.Published>(await PublishAsync(heir.Run));
        Assert.Equal(heir.Id, await ServedAsync());
    }

    [Fact]
    public async Task Release_Held_ServesWithWhoAndWhyAndKeepsWhenTheRunEnded()
    {
        var held = await HeldAsync(0);
        var ended = (await new RunStore(Database).FindAsync(held.Run, Ct))!.EndedAt;
        Clock.Advance(TimeSpan.FromHours(3));
        Assert.IsType<PublishOutcome.Published>(await CreateSut().ReleaseAsync(held.Run, Ada, Ct));
        var record = (await new RunStore(Database).FindAsync(held.Run, Ct))!;
        Assert.Equal((held.Id, RunState.Published, ended, ""), (await ServedAsync(), record.State, record.EndedAt, record.Note));
        Assert.Equal("held until now, released by ada: sales was closed", Assert.Single(await new DecisionStore(Database).ListAsync(held.Run, Ct)).Reason);
        Assert.Contains("needs no release", (await Assert.ThrowsAsync<BadInputException>(() => CreateSut().ReleaseAsync(held.Run, Ada, Ct))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Release_BehindANewer_CompletesAndLeavesThePointerButPublishingByHandGoesBack()
    {
        var held = await HeldAsync(0);
        var newer = await JudgedAsync(Samples.Run(day: 1));
        await PublishAsync(newer.Run);
        Assert.Equal(newer.Id, Assert.IsType<PublishOutcome.NewerServes>(await CreateSut().ReleaseAsync(held.Run, Ada, Ct)).Current.Id);
        Assert.Equal((newer.Id, RunState.Completed), (await ServedAsync(), await StateAsync(held.Run)));
        await CreateSut().PublishAsync(held.Id, Ada, Ct);
        Assert.Equal((held.Id, RunState.Published), (await ServedAsync(), await StateAsync(held.Run)));
        await CreateSut().PublishAsync(newer.Id, Ada, Ct);
        Assert.Equal(newer.Id, await ServedAsync());
        Assert.Equal("published by ada: sales was closed", (await new DecisionStore(Database).ListAsync(newer.Run, Ct))[^1].Reason);
    }

    [Theory]
    [InlineData(RunState.Scoring)]
    [InlineData(RunState.Judging)]
    [InlineData(RunState.Failed)]
    public async Task Release_NotHeld_IsRefusedAndSaysWhatToDo(RunState state)
    {
        var snapshot = await JudgedAsync(Samples.Run());
        await OpenedRuns.MoveAsync(Database, snapshot.Run, RunState.Judging, state, Ct);
        var refused = await Assert.ThrowsAsync<BadInputException>(() => CreateSut().ReleaseAsync(snapshot.Run, Ada, Ct));
        Assert.Contains($"batchengine runs resume {snapshot.Run}", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<BadInputException>(() => CreateSut().PublishAsync(snapshot.Id, Ada, Ct));
        Assert.Equal((null, state), (await ServedAsync(), await StateAsync(snapshot.Run)));
    }

    private Task<Lead> LeadAsync(RunId run) => OpenedRuns.LeadAsync(Database, run, Ct);

    private async Task<PublishOutcome> PublishAsync(RunId run) => await CreateSut().PublishRunAsync(await LeadAsync(run), "stable", Ct);

    private async Task<SnapshotInfo> HeldAsync(int day)
    {
        var snapshot = await JudgedAsync(Samples.Run(day: day));
        await OpenedRuns.MoveAsync(Database, snapshot.Run, RunState.Judging, RunState.Held, Ct);
        return snapshot;
    }

    private async Task<long?> ServedAsync() => (await CreateSut().CurrentAsync("churn", Ct))?.Id;

    private async Task<RunState> StateAsync(RunId run) => (await new RunStore(Database).FindAsync(run, Ct))!.State;
}
