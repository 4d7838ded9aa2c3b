using BatchEngine.Domain;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scheduler.Triggers;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Lanes;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.TestKit.Databases;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Scheduler.Tests.Triggers;

public sealed class JobLaneTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Monday = new(2026, 11, 23, 2, 0, 0, TimeSpan.Zero);
    private readonly TestClock _clock = new(Monday.AddHours(-1));
    private readonly FakeStarter _starter = new();
    private StateFolder _state = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private StateDatabase Database => _state.Database;

    public async ValueTask InitializeAsync() => _state = await StateFolder.OpenAsync(_clock, Stop);

    public ValueTask DisposeAsync() => _state.DisposeAsync();

    [Fact]
    public async Task Wake_SameInstantManyTimes_StartsOneRun()
    {
        await using var lane = await LaneAsync();
        _clock.Advance(TimeSpan.FromHours(1));

        for (var i = 0; i < 5; i++)
            await lane.WakeAsync(Stop);
        lane.Start();
        await _starter.NextAsync();

        Assert.Equal([("churn", Monday)], _starter.Started);
    }

    [Fact]
    public async Task Wake_BeforeAnythingIsDue_StartsNothing()
    {
        await using var lane = await LaneAsync();

        await lane.WakeAsync(Stop);

        Assert.Empty(lane.State.Pending);
        Assert.Equal(Monday, lane.NextOf(lane.State));
    }

    [Fact]
    public async Task Wake_SavesTheDecisionBeforeTheRunStarts()
    {
        await using var lane = await LaneAsync();
        _clock.Advance(TimeSpan.FromHours(1));

        await lane.WakeAsync(Stop);

        var kept = await KeptAsync();
        Assert.Equal([Monday], kept.Pending);
        Assert.Equal(Monday, kept.HandledThrough);
        Assert.Empty(_starter.Started);
    }

    [Fact]
    public async Task Start_RunPendingWhenTheProgramDied_IsStartedAgainAtTheSameInstant()
    {
        await KeepAsync(Monday, Monday);
        _clock.Advance(TimeSpan.FromHours(9));
        await using var lane = await LaneAsync();

        lane.Start();
        await _starter.NextAsync();

        Assert.Equal([("churn", Monday)], _starter.Started);
    }

    [Fact]
    public async Task Wake_DueWhileTheEarlierRunGoesOnUnderQueue_RunsAfterIt()
    {
        var end = Hold();
        await using var lane = await LaneAsync();
        _clock.Advance(TimeSpan.FromHours(1));
        await lane.WakeAsync(Stop);
        lane.Start();
        await _starter.NextAsync();
        _clock.Advance(TimeSpan.FromDays(1));

        await lane.WakeAsync(Stop);

        Assert.Equal([Monday, Monday.AddDays(1)], lane.State.Pending);
        Assert.Single(_starter.Started);
        end.SetResult(null);
        await _starter.NextAsync();
        Assert.Equal(Monday.AddDays(1), _starter.Started.Last().At);
    }

    [Fact]
    public async Task Wake_DueWhileTheEarlierRunGoesOnUnderSkip_IsSkippedAndRecorded()
    {
        var end = Hold();
        await using var lane = await LaneAsync(overlap: OverlapPolicy.Skip);
        _clock.Advance(TimeSpan.FromHours(1));
        await lane.WakeAsync(Stop);
        lane.Start();
        await _starter.NextAsync();
        _clock.Advance(TimeSpan.FromDays(1));

        await lane.WakeAsync(Stop);

        Assert.Equal([Monday], lane.State.Pending);
        var skipped = Assert.Single(await DecisionsAsync());
        Assert.Equal((DecisionSubject.Overlap, new RunId("churn", Monday.AddDays(1))), (skipped.Subject, skipped.Run!.Value));
        end.SetResult(null);
    }

    [Fact]
    public async Task Wake_MoreRunsThanMayWait_SkipsAndRecordsTheRest()
    {
        _clock.Advance(TimeSpan.FromDays(4));
        await using var lane = await LaneAsync(misfire: MisfirePolicy.RunAll, settings: TriggerSettings.Default with { MaxQueued = 2 });

        await lane.WakeAsync(Stop);

        Assert.Equal([Monday, Monday.AddDays(1)], lane.State.Pending);
        Assert.Equal(2, (await DecisionsAsync()).Count(d => d.Subject == DecisionSubject.QueueFull));
    }

    [Fact]
    public async Task Wake_MissedRunsUnderRunLatest_RecordsTheSkippedOnes()
    {
        _clock.Advance(TimeSpan.FromDays(3) + TimeSpan.FromHours(5));
        await using var lane = await LaneAsync();

        await lane.WakeAsync(Stop);

        Assert.Equal([Monday.AddDays(3)], lane.State.Pending);
        Assert.Contains("3 missed", Assert.Single(await DecisionsAsync()).Choice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pause_DueMeanwhile_IsNotRunAfterResuming()
    {
        await using var lane = await LaneAsync();
        await PauseAsync(true);
        _clock.Advance(TimeSpan.FromDays(2));
        await lane.WakeAsync(Stop);
        Assert.Null(lane.NextOf(lane.State));

        await PauseAsync(false);
        await lane.WakeAsync(Stop);

        Assert.Empty(lane.State.Pending);
        Assert.Equal(Monday.AddDays(2), lane.NextOf(lane.State));
    }

    [Fact]
    public async Task Start_RunThatCannotBePlanned_IsRecordedAndTheNextGetsItsChance()
    {
        _starter.Ending = (at, _) =>
            at == Monday ? throw new BadInputException("in/*.parquet", "no file", "files", "Write them.") : Task.FromResult<RunOutcome?>(null);
        await KeepAsync(Monday.AddDays(1), Monday, Monday.AddDays(1));
        await using var lane = await LaneAsync();

        lane.Start();
        await _starter.NextAsync(2);

        Assert.Contains("no file", Assert.Single(await DecisionsAsync()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_LedByAnotherProcess_IsFollowedForAsLongAsItIs()
    {
        _starter.Ending = (at, _) => Task.FromResult<RunOutcome?>(_starter.Started.Count > 6 ? null
            : new RunOutcome.Following(new RunId("churn", at), RunState.Scoring));
        await KeepAsync(Monday, Monday);
        await using var lane = await LaneAsync(settings: TriggerSettings.Default with { MaxTries = 3 });

        lane.Start();
        for (var tries = 0; tries < 6; tries++)
        {
            await _starter.NextAsync();
            await _clock.WaitOfAsync(TriggerSettings.Default.FollowEvery);
            _clock.Advance(TriggerSettings.Default.FollowEvery);
        }
        await _starter.NextAsync();
        await EndedAsync();

        Assert.Equal(7, _starter.Started.Count);
        Assert.Empty(await DecisionsAsync());
        Assert.Empty(await UnstartedAsync());
    }

    [Fact]
    public async Task Start_FailsForNowAgainAndAgain_IsGivenUpAfterTheBound()
    {
        _starter.Ending = (_, _) => throw new StorageFailedException("state.db", "it is locked.", isTransient: true);
        await KeepAsync(Monday, Monday);
        await using var lane = await LaneAsync(settings: TriggerSettings.Default with { MaxTries = 3 });

        lane.Start();
        for (var tries = 1; tries < 3; tries++)
        {
            await _starter.NextAsync();
            await _clock.WaitOfAsync(TriggerSettings.Default.RetryEvery);
            _clock.Advance(TriggerSettings.Default.RetryEvery);
        }
        await _starter.NextAsync();
        while (_starter.Told.IsEmpty)
            await Task.Yield();

        Assert.Contains("tried 3 times", Assert.Single(await DecisionsAsync()).Reason, StringComparison.Ordinal);
        Assert.Empty((await KeptAsync()).Pending);
    }

    [Fact]
    public async Task Dispose_WhileARunGoesOn_AsksItToLeaveAndKeepsItPending()
    {
        _starter.Ending = async (at, drain) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, drain).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return new RunOutcome.Interrupted(new RunId("churn", at), RunState.Scoring);
        };
        await KeepAsync(Monday, Monday);
        var lane = await LaneAsync();
        lane.Start();
        await _starter.NextAsync();

        await lane.DisposeAsync();

        Assert.Equal([Monday], (await KeptAsync()).Pending);
    }

    [Fact]
    public async Task Start_EndedByTheProcessThatLedIt_IsNotStartedAgain()
    {
        _starter.Ending = (at, _) => Task.FromResult<RunOutcome?>(new RunOutcome.Following(new RunId("churn", at), RunState.Scoring));
        await KeepAsync(Monday, Monday);
        await using var lane = await LaneAsync();
        lane.Start();
        await _starter.NextAsync();
        await _clock.WaitOfAsync(TriggerSettings.Default.FollowEvery);

        await LaneUpdate.MakeAsync(new LaneStore(Database), "churn", (state, _) => LaneChange.Ended(state, Monday), Stop);
        await lane.WakeAsync(Stop);
        _clock.Advance(TriggerSettings.Default.FollowEvery);
        await KeepAsync(Monday.AddDays(1), Monday.AddDays(1));
        await lane.WakeAsync(Stop);
        await _starter.NextAsync();

        Assert.Equal([("churn", Monday), ("churn", Monday.AddDays(1))], _starter.Started);
    }

    [Fact]
    public async Task Wake_QueuedByAnotherProcessThatDied_IsStartedHere()
    {
        await using var lane = await LaneAsync();
        lane.Start();
        await KeepAsync(Monday, Monday);

        await lane.WakeAsync(Stop);
        await _starter.NextAsync();

        Assert.Equal([("churn", Monday)], _starter.Started);
    }

    [Fact]
    public async Task Wake_PausedByAnotherProcess_StartsNothing()
    {
        await using var lane = await LaneAsync();
        lane.Start();
        await PauseAsync(true);
        _clock.Advance(TimeSpan.FromDays(2));

        await lane.WakeAsync(Stop);

        Assert.Empty(lane.State.Pending);
        Assert.Equal((true, Monday.AddHours(-1)), (lane.State.IsPaused, lane.State.HandledThrough));
    }

    [Fact]
    public async Task Wake_TwoProcessesAtOnce_QueueTheInstantOnceAndRecordItsSkipsOnce()
    {
        _clock.Advance(TimeSpan.FromDays(3) + TimeSpan.FromHours(5));
        await using var here = await LaneAsync();
        await using var there = await LaneAsync();

        await Task.WhenAll(Task.Run(() => here.WakeAsync(Stop), Stop), Task.Run(() => there.WakeAsync(Stop), Stop));

        Assert.Equal([Monday.AddDays(3)], (await KeptAsync()).Pending);
        Assert.Single(await DecisionsAsync());
    }

    [Fact]
    public async Task Start_InputThatComesLate_IsTriedAgainInsideTheWindowAndRuns()
    {
        var isThere = false;
        _starter.Ending = (_, _) => isThere ? Task.FromResult<RunOutcome?>(null) : throw new BadInputException("in/*.parquet", "no file", "files", "Wait.");
        _clock.Advance(TimeSpan.FromHours(1));
        await KeepAsync(Monday, Monday);
        await using var lane = await LaneAsync(wait: TimeSpan.FromHours(2));

        lane.Start();
        for (var tries = 0; tries < 3; tries++)
        {
            await _starter.NextAsync();
            await _clock.WaitOfAsync(TriggerSettings.Default.LookForInputEvery);
            var row = Assert.Single(await UnstartedAsync());
            Assert.Equal((new RunId("churn", Monday), tries + 1, (DateTimeOffset?)Monday.AddHours(2)), (row.Run, row.Tries, row.RetryUntil));
            Assert.Contains("no file", row.Reason, StringComparison.Ordinal);
            isThere = tries == 2;
            _clock.Advance(TriggerSettings.Default.LookForInputEvery);
        }
        await _starter.NextAsync();
        await EndedAsync();

        Assert.Equal(["not started churn_20261123T020000Z: in/*.parquet: found no file; expected files. Wait. (until 04:00)",
            "ended churn_20261123T020000Z Cancelled"], _starter.Told);
        Assert.Empty((await KeptAsync()).Pending);
    }

    [Fact]
    public async Task Start_InputThatDoesNotComeInTheWindow_IsARowWithItsReasonAndTheNextGetsItsChance()
    {
        _starter.Ending = (at, _) => at == Monday ? Task.FromResult<RunOutcome?>(new RunOutcome.Refused(new RunId("churn", at), PlanRefusal.NoRows, "no rows"))
            : Task.FromResult<RunOutcome?>(null);
        _clock.Advance(TimeSpan.FromHours(1));
        await KeepAsync(Monday.AddDays(1), Monday, Monday.AddDays(1));
        await using var lane = await LaneAsync(wait: TimeSpan.FromSeconds(45));

        lane.Start();
        await _starter.NextAsync();
        await _clock.WaitOfAsync(TimeSpan.FromSeconds(30));
        _clock.Advance(TimeSpan.FromSeconds(30));
        await _starter.NextAsync();
        await _clock.WaitOfAsync(TimeSpan.FromSeconds(15));
        _clock.Advance(TimeSpan.FromSeconds(15));
        await _starter.NextAsync(2);

        var row = Assert.Single(await UnstartedAsync());
        Assert.Equal((3, (DateTimeOffset?)null, "no rows"), (row.Tries, row.RetryUntil, row.Reason));
        Assert.Contains("not started churn_20261123T020000Z: no rows (given up)", _starter.Told);
        Assert.Equal("job churn: the run was not started", Assert.Single(await DecisionsAsync()).Choice);
    }

    [Fact]
    public async Task Start_OutputThatCannotBeCopied_IsTriedAgainAndNotCalledARunThatDidNotStart()
    {
        var full = new ExportFailedException(new StorageFailedException("out", "the disk is full.", isTransient: false));
        _starter.Ending = (at, _) => at == Monday ? throw full : Task.FromResult<RunOutcome?>(null);
        await KeepAsync(Monday.AddDays(1), Monday, Monday.AddDays(1));
        await using var lane = await LaneAsync(settings: TriggerSettings.Default with { MaxExportTries = 2 });

        lane.Start();
        await _starter.NextAsync();
        await _clock.WaitOfAsync(TriggerSettings.Default.RetryEvery);
        _clock.Advance(TriggerSettings.Default.RetryEvery);
        await _starter.NextAsync(2);

        Assert.Empty(await UnstartedAsync());
        Assert.Equal("job churn: its output was not copied", Assert.Single(await DecisionsAsync()).Choice);
        Assert.Single(_starter.Told, t => t.Contains("disk is full", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Wake_ThatFailsAfterItWasStored_IsWorkedOffAllTheSame()
    {
        await using var lane = await LaneAsync();
        lane.Start();
        await KeepAsync(Monday, Monday);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lane.WakeAsync(new CancellationToken(canceled: true)));
        await _starter.NextAsync();

        Assert.Equal([("churn", Monday)], _starter.Started);
    }

    [Fact]
    public async Task Start_DatabaseThatFailsAtEveryStep_IsToldOnceAndTheRunIsSeenThroughAfterIt()
    {
        await KeepAsync(Monday, Monday);
        await using var lane = await LaneAsync();
        await Database.ExecuteSqlAsync("ALTER TABLE lane_pending RENAME TO away", Stop);
        lane.Start();
        for (var tries = 0; tries < 3; tries++)
        {
            await _clock.WaitOfAsync(TriggerSettings.Default.RetryEvery);
            _clock.Advance(TriggerSettings.Default.RetryEvery);
        }
        await _clock.WaitOfAsync(TriggerSettings.Default.RetryEvery);
        await Database.ExecuteSqlAsync("ALTER TABLE away RENAME TO lane_pending", Stop);
        _clock.Advance(TriggerSettings.Default.RetryEvery);
        await _starter.NextAsync();

        Assert.Single(_starter.Told, t => t.StartsWith("trouble churn", StringComparison.Ordinal));
        Assert.Equal([("churn", Monday)], _starter.Started);
    }

    private async Task EndedAsync()
    {
        while (!_starter.Told.Any(t => t.StartsWith("ended", StringComparison.Ordinal)))
            await Task.Yield();
    }

    private Task<IReadOnlyList<UnstartedRun>> UnstartedAsync() => new UnstartedRunStore(Database).ListAsync(null, 10, Stop);

    private TaskCompletionSource<RunOutcome?> Hold()
    {
        var end = new TaskCompletionSource<RunOutcome?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _starter.Ending = (_, _) => end.Task;
        return end;
    }

    private async Task<JobLane> LaneAsync(MisfirePolicy misfire = MisfirePolicy.RunLatest, OverlapPolicy overlap = OverlapPolicy.Queue,
        TriggerSettings? settings = null, TimeSpan wait = default)
    {
        var schedule = new Schedule("0 0 2 * * ?", "UTC", misfire, overlap);
        return new JobLane(Samples.Job() with { Schedule = schedule, WaitsForInput = wait }, schedule, await KeptAsync(),
            new LanePorts(_starter, _starter, new LaneStore(Database), new UnstartedRunStore(Database), settings ?? TriggerSettings.Default, _clock));
    }

    private Task<LaneState> KeptAsync() =>
        new LaneStore(Database).CreateAsync(new LaneState("churn", "0 0 2 * * ? | UTC", Monday.AddHours(-1), [], false), Stop);

    private async Task KeepAsync(DateTimeOffset handledThrough, params DateTimeOffset[] pending)
    {
        var kept = await KeptAsync();
        Assert.NotNull(await new LaneStore(Database).TryChangeAsync(kept with { HandledThrough = handledThrough, Pending = pending }, [], Stop));
    }

    private async Task PauseAsync(bool isPaused) => Assert.True(await new PauseSwitch(Database).SetAsync("churn", isPaused, Stop));

    private Task<IReadOnlyList<Decision>> DecisionsAsync() => new DecisionStore(Database).ListAsync(null, Stop);
}
