using System.Collections.Concurrent;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scheduler.Triggers;
using Microsoft.Extensions.Time.Testing;

namespace BatchEngine.Scheduler.Tests.Triggers;

public sealed class JobLaneTests
{
    private static readonly DateTimeOffset Monday = new(2026, 11, 23, 2, 0, 0, TimeSpan.Zero);
    private readonly FakeTimeProvider _clock = new(Monday.AddHours(-1));
    private readonly FakeStarter _starter = new();
    private readonly ConcurrentQueue<Decision> _decisions = new();
    private LaneState _kept = new(Monday.AddHours(-1), [], false, "0 0 2 * * ? | UTC");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Wake_SameInstantManyTimes_StartsOneRun()
    {
        await using var lane = Lane();
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
        await using var lane = Lane();

        await lane.WakeAsync(Stop);

        Assert.Empty(lane.State.Pending);
        Assert.Equal(Monday, lane.Next);
    }

    [Fact]
    public async Task Wake_SavesTheDecisionBeforeTheRunStarts()
    {
        await using var lane = Lane();
        _clock.Advance(TimeSpan.FromHours(1));

        await lane.WakeAsync(Stop);

        Assert.Equal([Monday], _kept.Pending);
        Assert.Equal(Monday, _kept.HandledThrough);
        Assert.Empty(_starter.Started);
    }

    [Fact]
    public async Task Start_RunPendingWhenTheProgramDied_IsStartedAgainAtTheSameInstant()
    {
        _kept = _kept with { HandledThrough = Monday, Pending = [Monday] };
        _clock.Advance(TimeSpan.FromHours(9));
        await using var lane = Lane();

        lane.Start();
        await _starter.NextAsync();

        Assert.Equal([("churn", Monday)], _starter.Started);
    }

    [Fact]
    public async Task Wake_DueWhileTheEarlierRunGoesOnUnderQueue_RunsAfterIt()
    {
        var end = Hold();
        await using var lane = Lane();
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
        await using var lane = Lane(overlap: OverlapPolicy.Skip);
        _clock.Advance(TimeSpan.FromHours(1));
        await lane.WakeAsync(Stop);
        lane.Start();
        await _starter.NextAsync();
        _clock.Advance(TimeSpan.FromDays(1));

        await lane.WakeAsync(Stop);

        Assert.Equal([Monday], lane.State.Pending);
        var skipped = Assert.Single(_decisions);
        Assert.Equal((DecisionSubject.Overlap, new RunId("churn", Monday.AddDays(1))), (skipped.Subject, skipped.Run!.Value));
        end.SetResult(null);
    }

    [Fact]
    public async Task Wake_MoreRunsThanMayWait_SkipsAndRecordsTheRest()
    {
        _clock.Advance(TimeSpan.FromDays(4));
        await using var lane = Lane(misfire: MisfirePolicy.RunAll, settings: TriggerSettings.Default with { MaxQueued = 2 });

        await lane.WakeAsync(Stop);

        Assert.Equal([Monday, Monday.AddDays(1)], lane.State.Pending);
        Assert.Equal(2, _decisions.Count(d => d.Subject == DecisionSubject.QueueFull));
    }

    [Fact]
    public async Task Wake_MissedRunsUnderRunLatest_RecordsTheSkippedOnes()
    {
        _clock.Advance(TimeSpan.FromDays(3) + TimeSpan.FromHours(5));
        await using var lane = Lane();

        await lane.WakeAsync(Stop);

        Assert.Equal([Monday.AddDays(3)], lane.State.Pending);
        Assert.Contains("3 missed", Assert.Single(_decisions).Choice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pause_DueMeanwhile_IsNotRunAfterResuming()
    {
        await using var lane = Lane();
        await lane.SetPausedAsync(true, Stop);
        _clock.Advance(TimeSpan.FromDays(2));
        await lane.WakeAsync(Stop);
        Assert.Null(lane.Next);

        await lane.SetPausedAsync(false, Stop);
        await lane.WakeAsync(Stop);

        Assert.Empty(lane.State.Pending);
        Assert.Equal(Monday.AddDays(2), lane.Next);
    }

    [Fact]
    public async Task Start_RunThatCannotBePlanned_IsRecordedAndTheNextGetsItsChance()
    {
        _starter.Ending = (at, _) =>
            at == Monday ? throw new BadInputException("in/*.parquet", "no file", "files", "Write them.") : Task.FromResult<RunOutcome?>(null);
        _kept = _kept with { HandledThrough = Monday.AddDays(1), Pending = [Monday, Monday.AddDays(1)] };
        await using var lane = Lane();

        lane.Start();
        await _starter.NextAsync(2);

        Assert.Contains("no file", Assert.Single(_decisions).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_LedByAnotherProcess_IsTriedAgainAndGivenUpAfterTheBound()
    {
        _starter.Ending = (at, _) => Task.FromResult<RunOutcome?>(new RunOutcome.Following(new RunId("churn", at), RunState.Scoring));
        _kept = _kept with { HandledThrough = Monday, Pending = [Monday] };
        await using var lane = Lane(settings: TriggerSettings.Default with { MaxTries = 3 });

        lane.Start();
        await _starter.NextAsync();
        while (_decisions.IsEmpty)
        {
            _clock.Advance(TimeSpan.FromSeconds(15));
            await Task.Delay(1, Stop);
        }

        Assert.Equal(3, _starter.Started.Count);
        Assert.Contains("tried 3 times", Assert.Single(_decisions).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_WhileARunGoesOn_AsksItToLeaveAndKeepsItPending()
    {
        _starter.Ending = async (at, drain) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, drain).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return new RunOutcome.Interrupted(new RunId("churn", at), RunState.Scoring);
        };
        _kept = _kept with { HandledThrough = Monday, Pending = [Monday] };
        var lane = Lane();
        lane.Start();
        await _starter.NextAsync();

        await lane.DisposeAsync();

        Assert.Equal([Monday], _kept.Pending);
    }

    [Fact]
    public void State_WrittenAndRead_IsEqual()
    {
        var state = new LaneState(Monday, [Monday, Monday.AddTicks(7)], true, "0 0 2 * * ? | UTC");

        var read = LaneState.Read("churn", name => state.ToStrings().GetValueOrDefault(name));

        Assert.Equal(state.Pending, read.Pending);
        Assert.Equal(state with { Pending = [] }, read with { Pending = state.Pending } with { Pending = [] }, (a, b) =>
            a.HandledThrough == b.HandledThrough && a.IsPaused == b.IsPaused && a.ScheduleText == b.ScheduleText);
        Assert.Throws<CorruptDataException>(() => LaneState.Read("churn", _ => "yesterday"));
        Assert.Throws<CorruptDataException>(() => LaneState.Read("churn", _ => null));
    }

    private TaskCompletionSource<RunOutcome?> Hold()
    {
        var end = new TaskCompletionSource<RunOutcome?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _starter.Ending = (_, _) => end.Task;
        return end;
    }

    private JobLane Lane(MisfirePolicy misfire = MisfirePolicy.RunLatest, OverlapPolicy overlap = OverlapPolicy.Queue, TriggerSettings? settings = null)
    {
        var schedule = new Schedule("0 0 2 * * ?", "UTC", misfire, overlap);
        return new JobLane(Samples.Job() with { Schedule = schedule }, schedule, _kept,
            new LanePorts(_starter, KeepAsync, DecideAsync, settings ?? TriggerSettings.Default, _clock));

        Task KeepAsync(string job, LaneState state, CancellationToken ct)
        {
            _kept = state;
            return Task.CompletedTask;
        }

        Task DecideAsync(Decision decision, CancellationToken ct)
        {
            _decisions.Enqueue(decision);
            return Task.CompletedTask;
        }
    }
}
