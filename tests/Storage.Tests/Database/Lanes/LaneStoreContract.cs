using BatchEngine.Domain;
using BatchEngine.Storage.Database.Lanes;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Storage.Tests.Database.Lanes;

public abstract class LaneStoreContract : StateContract
{
    private const string Nightly = "0 0 2 * * ? | UTC";

    private LaneStore CreateSut() => new(Database);

    private static LaneState State(string job = "churn", params DateTimeOffset[] pending) => new(job, Nightly, Start, pending, IsPaused: false);

    private static Decision Why(string choice) => new(null, Start, DecisionSubject.Schedule, choice, "a test");

    [Fact]
    public async Task Create_FirstState_IsFoundAsItWasGiven()
    {
        var state = State("churn", Start.AddTicks(-10), Start.AddDays(1)) with { IsPaused = true };

        var stored = await CreateSut().CreateAsync(state, Ct);

        AssertEqual(state with { Revision = 1 }, stored);
        AssertEqual(stored, await CreateSut().FindAsync("churn", Ct));
        Assert.Null(await CreateSut().FindAsync("other", Ct));
    }

    [Fact]
    public async Task Create_JobThatHasAState_KeepsIt()
    {
        var first = await CreateSut().CreateAsync(State("churn", Start), Ct);

        var second = await CreateSut().CreateAsync(State("churn") with { IsPaused = true }, Ct);

        AssertEqual(first, second);
    }

    [Fact]
    public async Task List_SeveralJobs_AreOrderedByNameWithTheirOwnPendingInstants()
    {
        await CreateSut().CreateAsync(State("b", Start.AddDays(1), Start), Ct);
        await CreateSut().CreateAsync(State("a"), Ct);

        var states = await CreateSut().ListAsync(Ct);

        Assert.Equal(["a", "b"], states.Select(s => s.Job));
        Assert.Empty(states[0].Pending);
        Assert.Equal([Start, Start.AddDays(1)], states[1].Pending);
    }

    [Fact]
    public async Task Change_MadeFromTheStoredState_ReplacesItAndAppendsItsDecisions()
    {
        var stored = await CreateSut().CreateAsync(State("churn", Start), Ct);

        var changed = await CreateSut().TryChangeAsync(
            stored with { Schedule = "0 0 3 * * ? | UTC", HandledThrough = Start.AddDays(2), Pending = [Start.AddDays(1), Start.AddDays(2)], IsPaused = true },
            [Why("first"), Why("second")], Ct);

        AssertEqual(new LaneState("churn", "0 0 3 * * ? | UTC", Start.AddDays(2), [Start.AddDays(1), Start.AddDays(2)], true) { Revision = 2 }, changed);
        AssertEqual(changed!, await CreateSut().FindAsync("churn", Ct));
        Assert.Equal(["first", "second"], (await new DecisionStore(Database).ListAsync(null, Ct)).Select(d => d.Choice));
    }

    [Fact]
    public async Task Change_MadeFromAnOlderState_IsRefusedAndWritesNothing()
    {
        var stored = await CreateSut().CreateAsync(State(), Ct);
        var paused = await CreateSut().TryChangeAsync(stored with { IsPaused = true }, [], Ct);

        var late = await CreateSut().TryChangeAsync(stored with { Pending = [Start] }, [Why("late")], Ct);

        Assert.Null(late);
        AssertEqual(paused!, await CreateSut().FindAsync("churn", Ct));
        Assert.Empty(await new DecisionStore(Database).ListAsync(null, Ct));
    }

    [Fact]
    public async Task Change_ThatTheDatabaseRefuses_LeavesStateAndDecisionsAsTheyWere()
    {
        var stored = await CreateSut().CreateAsync(State("churn", Start), Ct);

        await Assert.ThrowsAsync<StorageFailedException>(() =>
            CreateSut().TryChangeAsync(stored with { IsPaused = true, Pending = [Start, Start] }, [Why("twice")], Ct));

        AssertEqual(stored, await CreateSut().FindAsync("churn", Ct));
        Assert.Empty(await new DecisionStore(Database).ListAsync(null, Ct));
    }

    [Fact]
    public async Task Change_ManyAtOnce_LosesNone()
    {
        await CreateSut().CreateAsync(State(), Ct);

        await Task.WhenAll(Enumerable.Range(1, 12).Select(i => Task.Run(() => AddAsync(Start.AddDays(i)), Ct)));

        var state = await CreateSut().FindAsync("churn", Ct);
        Assert.Equal(Enumerable.Range(1, 12).Select(i => Start.AddDays(i)), state!.Pending);
        Assert.Equal(13, state.Revision);
    }

    [Fact]
    public async Task Remove_ScheduledJob_IsForgottenOnceWithOneDecision()
    {
        var stored = await CreateSut().CreateAsync(State("churn", Start), Ct);

        Assert.True(await CreateSut().RemoveAsync("churn", Why("gone"), Ct));
        Assert.False(await CreateSut().RemoveAsync("churn", Why("gone"), Ct));

        Assert.Empty(await CreateSut().ListAsync(Ct));
        Assert.Null(await CreateSut().TryChangeAsync(stored with { IsPaused = true }, [], Ct));
        Assert.Single(await new DecisionStore(Database).ListAsync(null, Ct));
        Assert.Empty((await CreateSut().CreateAsync(State(), Ct)).Pending);
    }

    private async Task AddAsync(DateTimeOffset instant)
    {
        while (await CreateSut().FindAsync("churn", Ct) is { } seen
            && await CreateSut().TryChangeAsync(seen with { Pending = [.. seen.Pending, instant] }, [], Ct) is null)
        {
        }
    }

    private static void AssertEqual(LaneState expected, LaneState? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Pending, actual.Pending);
        Assert.Equal(expected, actual with { Pending = expected.Pending });
    }
}
