using BatchEngine.Domain;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Values;

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
        Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.True(await runs.MoveAsync(run, RunState.Scoring, RunState.Failed, "disk full", Ct));
        var failed = await runs.FindAsync(run, Ct);
        Assert.Equal((RunState.Failed, Start, Start.AddMinutes(5), "disk full"), (failed!.State, failed.StartedAt!.Value, failed.EndedAt!.Value, failed.Note));

        Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.True(await runs.MoveAsync(run, RunState.Failed, RunState.Scoring, "", Ct));
        var resumed = await runs.FindAsync(run, Ct);
        Assert.Equal((Start, null, ""), (resumed!.StartedAt!.Value, resumed.EndedAt, resumed.Note));
    }

    [Fact]
    public async Task Move_FromAnotherState_ChangesNothing()
    {
        var run = await Samples.OpenRunAsync(Database, Samples.Plan());
        Assert.False(await CreateSut().MoveAsync(run, RunState.Planned, RunState.Cancelled, "late", Ct));
        Assert.Equal(RunState.Scoring, (await CreateSut().FindAsync(run, Ct))!.State);
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
            await CreateSut().MoveAsync(Samples.Run("a", day), RunState.Planned, state, "", Ct);
        }
        Assert.Equal(Samples.Run("a", 2), await CreateSut().LatestPublishedAsync("a", Ct));
        Assert.Equal(Samples.Run("a", 1), await CreateSut().FirstPublishedAsync("a", Ct));
    }
}
