using BatchEngine.Domain;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scheduler.Triggers;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Lanes;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.TestKit.Folders;

namespace BatchEngine.Scheduler.Tests.Triggers;

/// <summary>Two schedulers' lanes of one job over one database, on machines whose clocks a test plays.</summary>
public sealed class TwoLanesTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Monday = new(2026, 11, 23, 2, 0, 0, TimeSpan.Zero);
    private readonly TestClock _clock = new(Monday.AddHours(-1));
    private readonly FakeStarter _starter = new();
    private StateFolder _state = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private StateDatabase Database => _state.Database;

    public async ValueTask InitializeAsync() => _state = await StateFolder.OpenAsync(_clock, Stop);

    public ValueTask DisposeAsync() => _state.DisposeAsync();

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    public async Task Wake_OnAMachineWhoseClockIsMinutesOff_TheDatabasesClockSaysWhatIsDue(int minutes)
    {
        var machine = new TestClock(_clock.GetUtcNow().AddMinutes(minutes));
        await using var lane = await LaneAsync(machine);
        await lane.WakeAsync(Stop);
        Assert.Equal((Monday, Monday.AddMinutes(minutes)), (lane.NextOf(lane.State), lane.NextAlarm()));

        foreach (var clock in (TestClock[])[_clock, machine])
            clock.Advance(TimeSpan.FromMinutes(59));
        await lane.WakeAsync(Stop);
        Assert.Empty(lane.State.Pending);

        foreach (var clock in (TestClock[])[_clock, machine])
            clock.Advance(TimeSpan.FromMinutes(1));
        await lane.WakeAsync(Stop);
        Assert.Equal([Monday], lane.State.Pending);
        Assert.Equal(Monday.AddDays(1).AddMinutes(minutes), lane.NextAlarm());
    }

    [Fact]
    public async Task Wake_BothForAWeek_QueueEachInstantOnce()
    {
        await using var here = await LaneAsync(_clock);
        await using var there = await LaneAsync(new TestClock(_clock.GetUtcNow().AddMinutes(-3)));
        for (var day = 0; day < 7; day++)
        {
            _clock.Advance(TimeSpan.FromDays(1));
            await Task.WhenAll(Task.Run(() => here.WakeAsync(Stop), Stop), Task.Run(() => there.WakeAsync(Stop), Stop));
        }
        Assert.Equal(Enumerable.Range(0, 7).Select(day => Monday.AddDays(day)), (await KeptAsync()).Pending);
    }

    [Fact]
    public async Task Start_BothSeeTheEnd_OneTellsIt()
    {
        var together = new Barrier(2);
        _starter.Ending = (at, _) => Task.Run<RunOutcome?>(() =>
        {
            together.SignalAndWait(TimeSpan.FromSeconds(30), Stop);
            return new RunOutcome.Held(new RunId("churn", at), "drift");
        });
        await KeepAsync(Monday, Monday);
        var (here, there) = (await LaneAsync(_clock), await LaneAsync(_clock));
        here.Start();
        there.Start();
        while ((await KeptAsync()).Pending.Count > 0)
            await Task.Yield();
        await here.DisposeAsync();
        await there.DisposeAsync();

        Assert.Equal(2, _starter.Started.Count);
        Assert.Equal("ended churn_20261123T020000Z Held", Assert.Single(_starter.Told));
    }

    [Fact]
    public async Task Start_BothCannotStartIt_OneGivesItUpAndTellsIt()
    {
        var together = new Barrier(2);
        _starter.Ending = (_, _) => Task.Run<RunOutcome?>(RunOutcome? () =>
        {
            together.SignalAndWait(TimeSpan.FromSeconds(30), Stop);
            throw new BadInputException("in/*.parquet", "no file", "files", "Write them.");
        });
        await KeepAsync(Monday, Monday);
        var (here, there) = (await LaneAsync(_clock), await LaneAsync(_clock));
        here.Start();
        there.Start();
        while ((await KeptAsync()).Pending.Count > 0)
            await Task.Yield();
        await here.DisposeAsync();
        await there.DisposeAsync();

        Assert.Single(_starter.Told);
        Assert.Single(await new DecisionStore(Database).ListAsync(null, Stop), d => d.Subject == DecisionSubject.RunFailed);
    }

    [Fact]
    public async Task Wake_WhoseScheduleIsNotInForce_QueuesNothingAndWorksOffWhatIsQueued()
    {
        await using var lane = await LaneAsync(_clock);
        var kept = await KeptAsync();
        await new LaneStore(Database).TryChangeAsync(kept with { Schedule = "0 30 5 * * ? | UTC", Pending = [Monday.AddDays(-1)] }, [], Stop);
        _clock.Advance(TimeSpan.FromDays(2));

        lane.Start();
        Assert.True(await lane.WakeAsync(Stop));
        await _starter.NextAsync();

        Assert.Equal("0 30 5 * * ? | UTC", lane.OverruledBy);
        Assert.Equal([("churn", Monday.AddDays(-1))], _starter.Started);
    }

    private async Task<JobLane> LaneAsync(TestClock machine)
    {
        var schedule = new Schedule("0 0 2 * * ?", "UTC", MisfirePolicy.RunAll, OverlapPolicy.Queue);
        return new JobLane(Samples.Job() with { Schedule = schedule }, schedule, await KeptAsync(),
            new LanePorts(_starter, _starter, new LaneStore(Database), new UnstartedRunStore(Database), TriggerSettings.Default, machine));
    }

    private Task<LaneState> KeptAsync() =>
        new LaneStore(Database).CreateAsync(new LaneState("churn", "0 0 2 * * ? | UTC", Monday.AddHours(-1), [], false), Stop);

    private async Task KeepAsync(DateTimeOffset handledThrough, params DateTimeOffset[] pending)
    {
        var kept = await KeptAsync();
        Assert.NotNull(await new LaneStore(Database).TryChangeAsync(kept with { HandledThrough = handledThrough, Pending = pending }, [], Stop));
    }
}
