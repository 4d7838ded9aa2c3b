using BatchEngine.Domain;
using BatchEngine.Scheduler.Triggers;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Scheduler.Tests.Triggers;

/// <summary>Quartz itself, on a real database, in real time: so only what needs it is tested here, with a cron of seconds.</summary>
public sealed class JobSchedulerTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("batchengine-triggers-").FullName;
    private readonly FakeStarter _starter = new();
    private StateDatabase _database = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await StateDatabase.OpenAsync(Path.Combine(_folder, "state.db"), TimeProvider.System, Stop);

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

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
            await first.PauseAsync("resting", Stop);
        }

        await using var second = await OpenAsync();
        await second.SyncAsync([Job("nightly", "0 0 2 * * ?"), Job("resting", "0 0 3 * * ?")], Stop);

        Assert.Equal([("nightly", false), ("resting", true)], second.List().Select(j => (j.Name, j.IsPaused)));
        Assert.Null(second.List()[1].Next);
        Assert.True(await second.ResumeAsync("resting", Stop));
        Assert.NotNull(second.List()[1].Next);
        Assert.False(await second.PauseAsync("nobody", Stop));
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

        Assert.Equal("kept", Assert.Single(second.List()).Name);
        Assert.Contains(await new DecisionStore(_database).ListAsync(null, Stop), d => d.Choice.Contains("gone", StringComparison.Ordinal));
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

        Assert.Empty(Assert.Single(second.List()).Pending);
        Assert.Equal("0 * * * * ?", second.List()[0].Cron);
    }

    [Fact]
    public async Task Sync_OneBrokenSchedule_ChangesNothing()
    {
        await using var scheduler = await OpenAsync();
        await scheduler.SyncAsync([Job("kept", "0 0 2 * * ?")], Stop);

        await Assert.ThrowsAsync<BadInputException>(() => scheduler.SyncAsync([Job("new", "0 0 2 * * ?"), Job("torn", "now and then")], Stop));

        Assert.Equal("kept", Assert.Single(scheduler.List()).Name);
    }

    [Fact]
    public async Task Start_WhatBecameOfARunCannotBeRecorded_IsAFailureOfTheScheduler()
    {
        _starter.Ending = async (_, _) =>
        {
            await _database.ApplyOnceAsync("break", "ALTER TABLE decisions RENAME TO decisions_away", Stop);
            throw new BadInputException("job", "planted", "a job that runs", "None.");
        };
        await using var scheduler = await OpenAsync();
        await scheduler.SyncAsync([Job("often", "* * * * * ?")], Stop);
        Assert.False(scheduler.Failed.IsCompleted);
        await scheduler.StartAsync(Stop);
        await Assert.ThrowsAnyAsync<BatchEngineException>(() => scheduler.Failed.WaitAsync(TimeSpan.FromSeconds(60), Stop));
    }

    private Task<JobScheduler> OpenAsync() =>
        JobScheduler.OpenAsync(_database, _starter, new DecisionStore(_database), TriggerSettings.Default, TimeProvider.System, Stop);

    private static ScoringJob Job(string name, string cron) =>
        Samples.Job(name) with { Schedule = new Schedule(cron, "UTC", MisfirePolicy.RunAll, OverlapPolicy.Queue) };
}
