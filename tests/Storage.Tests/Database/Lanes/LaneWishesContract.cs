using BatchEngine.Storage.Database.Lanes;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Storage.Tests.Database.Lanes;

/// <summary>Schedulers on several machines neither take out each other's jobs nor fight over a schedule.</summary>
public abstract class LaneWishesContract : StateContract
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);
    protected const string Nightly = "0 0 2 * * ? | UTC";
    protected static readonly LaneSource Here = Of("here", "/jobs");
    private const string Later = "0 0 3 * * ? | UTC";
    private static readonly LaneSource There = Of("there", "/jobs"), Apart = Of("apart", "/srv/jobs");

    protected LaneWishes Wishes => new(Database);

    protected LaneStore Lanes => new(Database);

    private static LaneSource Of(string machine, string folder) => new($"{machine}:{folder}", folder, Life);

    [Fact]
    public async Task Put_NewJob_StartsItNowByTheDatabasesClock()
    {
        var wished = await PutAsync(Here, "churn", Nightly);

        Assert.True(wished.IsInForce);
        Assert.Equal((Start, Nightly, 0), (wished.State.HandledThrough, wished.State.Schedule, wished.State.Pending.Count));
        Assert.Equal(Start, wished.Now);
    }

    [Fact]
    public async Task Put_ByTwoMachines_LeavesWhatIsStored()
    {
        await PutAsync(Here, "churn", Nightly);
        var paused = (await Lanes.FindAsync("churn", Ct))! with { IsPaused = true, Pending = [Start] };
        await Lanes.TryChangeAsync(paused, [], Ct);
        Clock.Advance(TimeSpan.FromDays(1));

        foreach (var source in (LaneSource[])[There, Apart, Here])
            Assert.True((await PutAsync(source, "churn", Nightly)).State is { IsPaused: true, Pending: [_] } state && state.HandledThrough == Start);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task KeepOnly_JobThatALivingSourceHas_IsLeftToIt(bool isApart)
    {
        var other = isApart ? Apart : There;
        await PutAsync(Here, "churn", Nightly);
        await PutAsync(other, "churn", Nightly);

        Assert.Empty(await Wishes.KeepOnlyAsync(other, [], Ct));
        Assert.NotNull(await Lanes.FindAsync("churn", Ct));

        Assert.Equal(["churn"], await Wishes.KeepOnlyAsync(Here, [], Ct));
        Assert.Null(await Lanes.FindAsync("churn", Ct));
        Assert.Equal("job churn: unscheduled", Assert.Single(await new DecisionStore(Database).ListAsync(null, Ct)).Choice);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task KeepOnly_JobOfADeadSource_IsTakenOutByOneOfTheSameFolderOnly(bool isApart, bool isRemoved)
    {
        await PutAsync(Here, "churn", Nightly);
        Clock.Advance(Life);

        var removed = await Wishes.KeepOnlyAsync(isApart ? Apart : There, [], Ct);

        Assert.Equal(isRemoved, removed.Contains("churn"));
        Assert.Equal(isRemoved, await Lanes.FindAsync("churn", Ct) is null);
    }

    [Fact]
    public async Task KeepOnly_SourceThatBeats_IsAlive()
    {
        await PutAsync(Here, "churn", Nightly);
        for (var beats = 0; beats < 5; beats++)
        {
            Clock.Advance(Life / 2);
            await Wishes.BeatAsync(Here, Ct);
        }
        Assert.Empty(await Wishes.KeepOnlyAsync(There, [], Ct));
    }

    [Fact]
    public async Task KeepOnly_AfterARestart_TakesOutWhatIsGoneSince()
    {
        await PutAsync(Here, "churn", Nightly);
        await PutAsync(Here, "value", Nightly);
        Clock.Advance(TimeSpan.FromDays(3));

        Assert.Equal(["churn"], await Wishes.KeepOnlyAsync(Here, ["value"], Ct));
        Assert.Equal("value", Assert.Single(await Lanes.ListAsync(Ct)).Job);
    }

    [Fact]
    public async Task Put_ScheduleChangedInOneFolder_IsInForceForBothAndNothingOfItsPastIsRun()
    {
        await PutAsync(Here, "churn", Nightly);
        await PutAsync(There, "churn", Nightly);
        Clock.Advance(TimeSpan.FromSeconds(10));

        var changed = await PutAsync(There, "churn", Later);
        var stays = await PutAsync(Here, "churn", Nightly);

        Assert.Equal((true, Start.AddSeconds(10)), (changed.IsInForce, changed.State.HandledThrough));
        Assert.Equal((false, Later), (stays.IsInForce, stays.State.Schedule));
        // Changed here, too, and later: now this one counts.
        Assert.Equal((true, Later + "!"), ((await PutAsync(Here, "churn", Later + "!")) is var last ? (last.IsInForce, last.State.Schedule) : default));
        Assert.False((await PutAsync(There, "churn", Later)).IsInForce);
    }

    [Fact]
    public async Task Put_SchedulerThatHadTheScheduleInForceIsDead_TheOthersCountsAgain()
    {
        await PutAsync(Here, "churn", Nightly);
        await PutAsync(There, "churn", Nightly);
        await PutAsync(There, "churn", Later);
        await Lanes.TryChangeAsync((await Lanes.FindAsync("churn", Ct))! with { IsPaused = true }, [], Ct);
        Clock.Advance(Life);

        var wished = await PutAsync(Here, "churn", Nightly);

        Assert.Equal((true, Nightly, true, Start + Life), (wished.IsInForce, wished.State.Schedule, wished.State.IsPaused, wished.State.HandledThrough));
    }

    [Fact]
    public async Task Put_NewMachineWithAnotherSchedule_LeavesTheOneThatIsInForceWhileItsMachineLives()
    {
        await PutAsync(Here, "churn", Nightly);
        Assert.False((await PutAsync(Apart, "churn", Later)).IsInForce);
        Clock.Advance(Life);
        Assert.True((await PutAsync(Apart, "churn", Later)).IsInForce);
    }

    private Task<WishedLane> PutAsync(LaneSource source, string job, string schedule) => Wishes.PutAsync(source, job, schedule, null, Ct);
}
