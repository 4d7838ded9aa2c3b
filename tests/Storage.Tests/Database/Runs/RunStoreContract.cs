using BatchEngine.Domain;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Values;
using BatchEngine.TestKit.Databases;

namespace BatchEngine.Storage.Tests.Database.Runs;

public abstract class RunStoreContract : StateContract
{
    private RunStore CreateSut() => new(Database);

    [Fact]
    public async Task Create_NewRun_RecordsItPlannedWithItsPlan()
    {
        var plan = Samples.Plan();
        var created = Assert.IsType<RunCreation.Created>(await CreateSut().CreateAsync(plan, Ct));
        Assert.Equal(new RunRecord(plan.Run, RunState.Planned, plan.Model, Start, null, null, 300, ""), created.Record);
        Assert.Equal(created.Record, await CreateSut().FindAsync(plan.Run, Ct));
        Assert.Equal(StoredJson.Write(plan), StoredJson.Write(await CreateSut().PlanAsync(plan.Run, Ct)));
    }

    [Fact]
    public async Task Create_SameInstantAgain_FindsTheFirstAndKeepsItsPlan()
    {
        var first = Samples.Plan(shards: 3);
        await CreateSut().CreateAsync(first, Ct);
        var again = Assert.IsType<RunCreation.Existing>(await CreateSut().CreateAsync(Samples.Plan(shards: 5), Ct));
        Assert.Equal(300, again.Record.Rows);
        Assert.Equal(3, (await CreateSut().PlanAsync(first.Run, Ct))!.Shards.Count);
        Assert.Equal(3, (await new ClaimStore(Database).ProgressAsync(first.Run, Ct)).Count);
    }

    [Fact]
    public async Task Create_ManyAtOnce_OnlyOneCreates()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => CreateSut().CreateAsync(Samples.Plan(), Ct), Ct)));
        Assert.Single(outcomes.OfType<RunCreation.Created>());
    }

    [Fact]
    public async Task Create_ShardsThatMissRows_IsRefused()
    {
        var plan = Samples.Plan();
        await Assert.ThrowsAsync<InvariantBrokenException>(() => CreateSut().CreateAsync(plan with { Shards = [.. plan.Shards.Skip(1)] }, Ct));
        Assert.Null(await CreateSut().FindAsync(plan.Run, Ct));
    }

    [Fact]
    public async Task Find_UnknownRun_IsNull()
    {
        Assert.Null(await CreateSut().FindAsync(Samples.Run("other"), Ct));
        Assert.Null(await CreateSut().PlanAsync(Samples.Run("other"), Ct));
    }

    [Fact]
    public async Task Move_FromTheStateItIsIn_SetsStartEndAndNote()
    {
        var runs = CreateSut();
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        var lead = await OpenedRuns.LeadAsync(Database, run, Ct);
        var why = new Decision(run, Start, DecisionSubject.RunFailed, "stopped", "disk full");
        Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.True(await runs.MoveAsync(lead, RunState.Scoring, RunState.Failed, "disk full", why, Ct));
        var failed = await runs.FindAsync(run, Ct);
        Assert.Equal((RunState.Failed, Start, Start.AddMinutes(5), "disk full"), (failed!.State, failed.StartedAt!.Value, failed.EndedAt!.Value, failed.Note));

        Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.True(await runs.MoveAsync(lead, RunState.Failed, RunState.Scoring, "", null, Ct));
        var resumed = await runs.FindAsync(run, Ct);
        Assert.Equal((Start, null, ""), (resumed!.StartedAt!.Value, resumed.EndedAt, resumed.Note));
    }

    [Fact]
    public async Task Move_FromAnotherState_ChangesNothing()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        var lead = await OpenedRuns.LeadAsync(Database, run, Ct);
        var why = new Decision(run, Start, DecisionSubject.Cancel, "late", "too late");
        Assert.False(await CreateSut().MoveAsync(lead, RunState.Planned, RunState.Cancelled, "late", why, Ct));
        Assert.Equal(RunState.Scoring, (await CreateSut().FindAsync(run, Ct))!.State);
        Assert.Empty(await new DecisionStore(Database).ListAsync(run, Ct));
    }

    [Fact]
    public async Task Move_LeadLostToAnother_IsRefusedAndKeepsNothing()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        var lost = await OpenedRuns.LeadAsync(Database, run, Ct);
        await OpenedRuns.LeadAsync(Database, run, Ct);
        var why = new Decision(run, Start, DecisionSubject.RunFailed, "stopped", "disk full");
        await Assert.ThrowsAsync<LeadLostException>(() => CreateSut().MoveAsync(lost, RunState.Scoring, RunState.Failed, "disk full", why, Ct));
        Assert.Equal(RunState.Scoring, (await CreateSut().FindAsync(run, Ct))!.State);
        Assert.Empty(await new DecisionStore(Database).ListAsync(run, Ct));
        Assert.True(await CreateSut().CancelAsync(run, RunState.Scoring, "a person", why, Ct));
    }

    [Fact]
    public async Task List_SeveralJobs_NewestFirstUpToTheLimit()
    {
        foreach (var run in new[] { Samples.Run("a", 1), Samples.Run("a", 3), Samples.Run("b", 2) })
            await CreateSut().CreateAsync(Samples.Plan(run), Ct);
        Assert.Equal([Samples.Run("a", 3), Samples.Run("b", 2)], (await CreateSut().ListAsync(null, 2, Ct)).Select(r => r.Run));
        Assert.Equal([Samples.Run("a", 3), Samples.Run("a", 1)], (await CreateSut().ListAsync("a", 10, Ct)).Select(r => r.Run));
    }

    [Fact]
    public async Task Published_SomeRunsOfTheJob_GivesFirstAndLatestByScheduledInstant()
    {
        Assert.Null(await CreateSut().LatestPublishedAsync("a", Ct));
        foreach (var (day, state) in new[] { (2, RunState.Published), (1, RunState.Published), (3, RunState.Held), (4, RunState.Failed) })
        {
            await CreateSut().CreateAsync(Samples.Plan(Samples.Run("a", day)), Ct);
            await OpenedRuns.MoveAsync(Database, Samples.Run("a", day), RunState.Planned, state, Ct);
        }
        Assert.Equal(Samples.Run("a", 2), await CreateSut().LatestPublishedAsync("a", Ct));
        Assert.Equal(Samples.Run("a", 1), await CreateSut().FirstPublishedAsync("a", Ct));
    }
}
