using BatchEngine.Domain;
using BatchEngine.Scheduler.Triggers;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Lanes;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.TestKit.Databases;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Scheduler.Tests.Triggers;

/// <summary>Quartz itself, on a real database, in real time: so only what needs it is tested here, with a cron of seconds.</summary>
public sealed class JobSchedulerTests : IAsyncLifetime
{
    private readonly FakeStarter _starter = new();
    private StateFolder _state = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private StateDatabase Database => _state.Database;

    public async ValueTask InitializeAsync() => _state = await StateFolder.OpenAsync(TimeProvider.System, Stop);

    public ValueTask DisposeAsync() => _state.DisposeAsync();

    [Fact]
    public async Task Start_CronOfEverySecond_FiresEachScheduledInstantOnce()
    {
        await using (var scheduler = await OpenAsync())
        {
            await scheduler.SyncAsync([Job("often", "* * * * * ?")], Stop);
            await scheduler.StartAsync(Stop);
            await _starter.NextAsync(3);
        }

        Assert.Equal(_starter.Started.Count, _starter.Started.Distinct().Count());
        Assert.All(_starter.Started, s => Assert.Equal(0, s.At.Millisecond));
        Assert.Equal(_starter.Started.Order(), _starter.Started);
    }

    [Fact]
    public async Task Open_AfterARestart_KnowsScheduleMarksAndPauses()
    {
        await using (var first = await OpenAsync())
        {
            await first.SyncAsync([Job("nightly", "0 0 2 * * ?"), Job("resting", "0 0 3 * * ?")], Stop);
            Assert.True(await PauseAsync("resting", true));
        }

        await using var second = await OpenAsync();
        await second.SyncAsync([Job("nightly", "0 0 2 * * ?"), Job("resting", "0 0 3 * * ?")], Stop);

        var restarted = await second.ListAsync(Stop);
        Assert.Equal([("nightly", false), ("resting", true)], restarted.Select(j => (j.Name, j.IsPaused)));
        Assert.Null(restarted[1].Next);
        Assert.True(await PauseAsync("resting", false));
        Assert.NotNull((await second.ListAsync(Stop))[1].Next);
        Assert.False(await PauseAsync("nobody", true));
    }

    [Fact]
    public async Task Pause_SetByOneProcess_HoldsInAnotherOnTheSameFile()
    {
        await using var elsewhere = await StateDatabase.OpenAsync(Database.Place, TimeProvider.System, Stop);
        await using var here = await OpenAsync();
        await using var there = await JobScheduler.OpenAsync(elsewhere, _starter, _starter, TriggerSettings.Default, TimeProvider.System, Stop);
        await here.SyncAsync([Job("often", "* * * * * ?")], Stop);
        await there.SyncAsync([Job("often", "* * * * * ?")], Stop);
        await here.StartAsync(Stop);
        await there.StartAsync(Stop);
        await _starter.NextAsync(2);

        Assert.True(await new PauseSwitch(elsewhere).SetAsync("often", true, Stop));

        Assert.True(Assert.Single(await here.ListAsync(Stop)).IsPaused);
        var state = (await new LaneStore(Database).FindAsync("often", Stop))!;
        await Task.Delay(TimeSpan.FromSeconds(2.5), Stop);
        Assert.Equal(state.HandledThrough, (await new LaneStore(Database).FindAsync("often", Stop))!.HandledThrough);
        Assert.All(_starter.Started, s => Assert.True(s.At <= state.HandledThrough, $"{s.At:O} fired after the pause at {state.HandledThrough:O}"));
    }

    [Fact]
    public async Task Sync_EqualJobsReadAgainWhileARunGoesOn_LeavesTheRunAlone()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _starter.Ending = async (at, drain) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, drain).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            asked.TrySetResult();
            return new Scheduler.Runs.RunOutcome.Interrupted(new RunId("often", at), RunState.Scoring);
        };
        await using var scheduler = await OpenAsync();
        await scheduler.SyncAsync([Job("often", "* * * * * ?")], Stop);
        await scheduler.StartAsync(Stop);
        await _starter.NextAsync();

        await scheduler.SyncAsync([Job("often", "* * * * * ?")], Stop);

        Assert.False(asked.Task.IsCompleted);
        await scheduler.SyncAsync([Job("often", "* * * * * ?") with { OutputDirectory = "elsewhere" }], Stop);
        Assert.True(asked.Task.IsCompleted);
    }

    [Fact]
    public async Task Start_RunGoingOnWhenTheProgramEnded_IsStartedAgainAfterTheRestart()
    {
        _starter.Ending = async (at, drain) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, drain).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return new Scheduler.Runs.RunOutcome.Interrupted(new RunId("often", at), RunState.Scoring);
        };
        await using (var first = await OpenAsync())
        {
            await first.SyncAsync([Job("often", "* * * * * ?")], Stop);
            await first.StartAsync(Stop);
            await _starter.NextAsync();
        }
        _starter.Ending = (_, _) => Task.FromResult<Scheduler.Runs.RunOutcome?>(null);

        await using var second = await OpenAsync();
        await second.SyncAsync([Job("often", "* * * * * ?")], Stop);
        await second.StartAsync(Stop);
        await _starter.NextAsync();

        var starts = _starter.Started.ToArray();
        Assert.Equal(starts[0], starts[1]);
    }

    [Fact]
    public async Task Sync_JobThatVanished_IsUnscheduledForGood()
    {
        await using (var first = await OpenAsync())
        {
            await first.SyncAsync([Job("kept", "0 0 2 * * ?"), Job("gone", "* * * * * ?")], Stop);
        }

        await using var second = await OpenAsync();
        await second.SyncAsync([Job("kept", "0 0 2 * * ?")], Stop);

        Assert.Equal("kept", Assert.Single(await second.ListAsync(Stop)).Name);
        Assert.Contains(await new DecisionStore(Database).ListAsync(null, Stop), d => d.Choice.Contains("gone", StringComparison.Ordinal));
        Assert.Empty(_starter.Started);
    }

    [Fact]
    public async Task Sync_ScheduleChangedToATimeAlreadyPast_RunsNothingOfThePast()
    {
        await using (var first = await OpenAsync())
        {
            await first.SyncAsync([Job("daily", "0 0 0 1 1 ? 2099")], Stop);
        }

        await using var second = await OpenAsync();
        await second.SyncAsync([Job("daily", "0 * * * * ?")], Stop);

        Assert.Empty(Assert.Single(await second.ListAsync(Stop)).Pending);
        Assert.Equal("0 * * * * ?", (await second.ListAsync(Stop))[0].Cron);
    }

    [Fact]
    public async Task Sync_OneBrokenSchedule_ChangesNothing()
    {
        await using var scheduler = await OpenAsync();
        await scheduler.SyncAsync([Job("kept", "0 0 2 * * ?")], Stop);

        await Assert.ThrowsAsync<BadInputException>(() => scheduler.SyncAsync([Job("new", "0 0 2 * * ?"), Job("torn", "now and then")], Stop));

        Assert.Equal("kept", Assert.Single(await scheduler.ListAsync(Stop)).Name);
    }

    [Fact]
    public async Task Start_DecisionStoreFailsInsideALane_TheLaneTellsItOnceAndGoesOn()
    {
        _starter.Ending = async (_, _) =>
        {
            await Database.ExecuteSqlAsync("ALTER TABLE decisions RENAME TO decisions_away", Stop);
            throw new BadInputException("job", "planted", "a job that runs", "None.");
        };
        await using var scheduler = await OpenAsync(TriggerSettings.Default with { RetryEvery = TimeSpan.FromMilliseconds(200) });
        await scheduler.SyncAsync([Job("often", "* * * * * ?")], Stop);
        await scheduler.StartAsync(Stop);
        await _starter.NextAsync();
        await _starter.NextAsync();
        Assert.Single(_starter.Told, t => t.StartsWith("trouble often", StringComparison.Ordinal));
        Assert.Equal(_starter.Started.First(), _starter.Started.Last());

        _starter.Ending = (_, _) => Task.FromResult<Scheduler.Runs.RunOutcome?>(null);
        await Database.ExecuteSqlAsync("ALTER TABLE decisions_away RENAME TO decisions", Stop);
        await _starter.NextAsync(3);

        Assert.False(scheduler.Failed.IsCompleted);
        Assert.Contains(_starter.Told, t => t.StartsWith("ended often", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_BrokenInvariant_IsAFailureOfTheSchedulerAndIsNotTriedAgain()
    {
        _starter.Ending = (_, _) => throw new InvariantBrokenException("planted", "in a run");
        await using var scheduler = await OpenAsync();
        await scheduler.SyncAsync([Job("often", "* * * * * ?")], Stop);
        await scheduler.StartAsync(Stop);
        await Assert.ThrowsAsync<InvariantBrokenException>(() => scheduler.Failed.WaitAsync(TimeSpan.FromSeconds(60), Stop));
        Assert.DoesNotContain(_starter.Started.First().At, (await new LaneStore(Database).FindAsync("often", Stop))!.Pending);
    }

    [Fact]
    public async Task Sync_TwoProgramsWithOtherFoldersOnOneFile_LeaveEachOthersJobsAlone()
    {
        await using var here = await OpenAsync(TriggerSettings.Default with { Source = Of("here", "/jobs/here") });
        await using var there = await OpenAsync(TriggerSettings.Default with { Source = Of("there", "/jobs/there") });
        await here.SyncAsync([Job("mine", "0 0 2 * * ?")], Stop);
        await there.SyncAsync([Job("yours", "0 0 3 * * ?")], Stop);
        await here.SyncAsync([Job("mine", "0 0 2 * * ?")], Stop);

        Assert.Equal(["mine", "yours"], (await new LaneStore(Database).ListAsync(Stop)).Select(l => l.Job));
        await there.SyncAsync([], Stop);
        Assert.Equal("mine", Assert.Single(await new LaneStore(Database).ListAsync(Stop)).Job);
    }

    [Theory]
    [InlineData("/jobs")]
    [InlineData("/srv/jobs")]
    public async Task Sync_OneJobInTheFoldersOfTwoMachines_StaysWithItsPauseWhileOneHasIt(string path)
    {
        await using var here = await OpenAsync(TriggerSettings.Default with { Source = Of("here", "/jobs") });
        await using var there = await OpenAsync(TriggerSettings.Default with { Source = Of("there", path) });
        await here.SyncAsync([Job("shared", "0 0 2 * * ?")], Stop);
        await there.SyncAsync([Job("shared", "0 0 2 * * ?")], Stop);
        Assert.True(await PauseAsync("shared", true));
        var kept = (await new LaneStore(Database).FindAsync("shared", Stop))!;

        await there.SyncAsync([], Stop);

        Assert.Empty(await there.ListAsync(Stop));
        Assert.True(Assert.Single(await here.ListAsync(Stop)).IsPaused);
        Assert.Equal(kept.HandledThrough, (await new LaneStore(Database).FindAsync("shared", Stop))!.HandledThrough);
        await there.SyncAsync([Job("shared", "0 0 2 * * ?")], Stop);
        await here.SyncAsync([], Stop);
        Assert.True(Assert.Single(await there.ListAsync(Stop)).IsPaused);
        await there.SyncAsync([], Stop);
        Assert.Null(await new LaneStore(Database).FindAsync("shared", Stop));
    }

    [Fact]
    public async Task Wake_JobThatAnotherProcessRemoved_IsScheduledAgain()
    {
        await using var scheduler = await OpenAsync();
        await scheduler.SyncAsync([Job("often", "* * * * * ?")], Stop);
        await scheduler.StartAsync(Stop);
        await _starter.NextAsync();

        await new LaneStore(Database).RemoveAsync("often", new Decision(null, DateTimeOffset.UnixEpoch, DecisionSubject.Schedule, "gone", "planted"), Stop);
        while (await _starter.TryNextAsync(TimeSpan.FromMilliseconds(100)))
        {
            // What was under way.
        }

        await _starter.NextAsync(2);
        Assert.NotNull(await new LaneStore(Database).FindAsync("often", Stop));
    }

    private static LaneSource Of(string machine, string folder) => new($"{machine}:{folder}", folder, TimeSpan.FromSeconds(30));

    private Task<JobScheduler> OpenAsync(TriggerSettings? settings = null) =>
        JobScheduler.OpenAsync(Database, _starter, _starter, settings ?? TriggerSettings.Default, TimeProvider.System, Stop);

    private Task<bool> PauseAsync(string job, bool isPaused) => new PauseSwitch(Database).SetAsync(job, isPaused, Stop);

    private static ScoringJob Job(string name, string cron) =>
        Samples.Job(name) with { Schedule = new Schedule(cron, "UTC", MisfirePolicy.RunAll, OverlapPolicy.Queue) };
}
