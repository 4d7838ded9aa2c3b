using System.Globalization;
using System.Runtime.ExceptionServices;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Storage.Database.Lanes;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>One job's runs, one after the other. Decides by <see cref="DueRuns"/> what is due, keeps the decision before acting on it, and never trusts
/// the instant that a timer gives. Thread-safe. What is decided is read anew each time, since another process may have paused the job or started a
/// run.</summary>
internal sealed class JobLane : IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly SemaphoreSlim _work = new(0);
    private readonly CancellationTokenSource _leave = new();
    private readonly LanePorts _ports;
    private readonly CronOccurrences _occurrences;
    private readonly string _text;
    private LaneState _state;
    private Task _running = Task.CompletedTask;
    private string _trouble = "";
    private (DateTimeOffset Instant, string Reason) _told;
    private string _overruledBy = "";
    private long _skewTicks;

    /// <summary>Creates the lane from what survived.</summary>
    /// <exception cref="BadInputException">The job's schedule cannot be read.</exception>
    public JobLane(ScoringJob job, Schedule schedule, LaneState state, LanePorts ports)
    {
        (Job, Schedule, _state, _ports, _text) = (job, schedule, state, ports, StoredJson.Write(job));
        _occurrences = new CronOccurrences(schedule, $"job {job.Name}, schedule");
    }

    /// <summary>The job.</summary>
    public ScoringJob Job { get; }

    /// <summary>Its schedule.</summary>
    public Schedule Schedule { get; }

    /// <summary>What is decided, as it was last read.</summary>
    public LaneState State => Volatile.Read(ref _state);

    /// <summary>Whether the lane runs exactly this job, whoever read it from which file.</summary>
    public bool Runs(ScoringJob job) => StoredJson.Write(job) == _text;

    /// <summary>The schedule that another scheduler put in force in place of this one; null means that this one is.</summary>
    public string? OverruledBy => State.Schedule == LaneChange.TextOf(Schedule) ? null : State.Schedule;

    /// <summary>The next occurrence; null means none, or that the job is paused.</summary>
    public DateTimeOffset? NextOf(LaneState state) => state.IsPaused ? null : _occurrences.Next(Now);

    /// <summary>When this machine's clock shows the next occurrence, whether the job is paused or not; null means none.</summary>
    public DateTimeOffset? NextAlarm() => _occurrences.Next(Now) - Skew;

    // The database's clock, as this machine's showed it when it was last read: what is due is the same for every machine.
    private DateTimeOffset Now => _ports.Clock.GetUtcNow() + Skew;

    private TimeSpan Skew => TimeSpan.FromTicks(Interlocked.Read(ref _skewTicks));

    /// <summary>The work on what is pending: ends when the lane is disposed, or with what it could not go on after.</summary>
    public Task Running => _running;

    /// <summary>Begins to work off what is pending.</summary>
    public void Start() => _running = WorkAsync();

    /// <summary>Looks at the clock, queues what is due, and has what is pending worked off. Calling it too often changes nothing.</summary>
    /// <returns>False means that somebody removed the job from the database.</returns>
    public async Task<bool> WakeAsync(CancellationToken ct)
    {
        try
        {
            return (await ChangeAsync((state, now) => LaneChange.Due(state, Schedule, _occurrences.Next, _ports.Settings, now), ct)
                .ConfigureAwait(false)).IsThere;
        }
        finally
        {
            // Also when it failed: it may have been stored all the same, and who works it off reads what is stored.
            if (_work.CurrentCount == 0)
                _work.Release();
        }
    }

    /// <summary>Tells the listener what keeps the lane from going on, once for each cause.</summary>
    public void Tell(string trouble)
    {
        if (Interlocked.Exchange(ref _trouble, trouble) != trouble)
            _ports.Listener.Troubled(Job.Name, trouble);
    }

    /// <summary>Tells the listener that its schedule is not in force, once for each that is.</summary>
    public void TellOverruled(string inForce)
    {
        if (Interlocked.Exchange(ref _overruledBy, inForce) != inForce)
            _ports.Listener.Troubled(Job.Name,
                $"its schedule here, {LaneChange.TextOf(Schedule)}, is not in force: another scheduler put {inForce} in its place "
                + "later. Make the job files alike");
    }

    /// <summary>Asks the run going on to leave, and waits for it. What is pending stays pending.</summary>
    public async ValueTask DisposeAsync()
    {
        await _leave.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _leave.Dispose();
        _gate.Dispose();
        _work.Dispose();
    }

    // Goes on after anything but a broken invariant: what it could not do is still pending, and is told once for each cause.
    private async Task WorkAsync()
    {
        while (!_leave.IsCancellationRequested)
        {
            try
            {
                await ChangeAsync((_, _) => null, _leave.Token).ConfigureAwait(false);
                var isSeenThrough = State.Pending.Count > 0 && await SeeThroughAsync(State.Pending[0]).ConfigureAwait(false);
                Volatile.Write(ref _trouble, "");
                if (isSeenThrough)
                    continue;
            }
            catch (OperationCanceledException) when (_leave.IsCancellationRequested)
            {
                break;
            }
            catch (Exception failure) when (failure is not InvariantBrokenException)
            {
                Tell(failure.Message);
                await PauseAsync(_ports.Settings.RetryEvery).ConfigureAwait(false);
                continue;
            }
            await _work.WaitAsync(_leave.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Runs one instant to its end, here or by another process; false means that the program ends first.</summary>
    private async Task<bool> SeeThroughAsync(DateTimeOffset instant)
    {
        for (var tries = 1; !_leave.IsCancellationRequested; tries++)
        {
            if (tries > 1 && !await IsPendingAsync(instant).ConfigureAwait(false))
                return true;
            var (outcome, failure) = await TryAsync(instant).ConfigureAwait(false);
            switch (outcome, failure)
            {
                case (RunOutcome.Interrupted, _):
                    return false;
                case (_, OperationCanceledException) when _leave.IsCancellationRequested:
                    return false;
                case (RunOutcome.Following, _):
                    // For as long as it is led: whoever leads it may die at any time.
                    await PauseAsync(_ports.Settings.FollowEvery).ConfigureAwait(false);
                    tries = 1;
                    continue;
                case (RunOutcome.Refused refused, _):
                    if (!await WaitForStartAsync(instant, refused.Reason).ConfigureAwait(false))
                        return true;
                    continue;
                case ({ } ended, _):
                    // Several processes may see the end; the one that takes it off the list tells it.
                    if ((await ChangeAsync((state, _) => LaneChange.Ended(state, instant), CancellationToken.None).ConfigureAwait(false)).IsChanged)
                        await _ports.Listener.EndedAsync(new RunId(Job.Name, instant), ended, _leave.Token).ConfigureAwait(false);
                    return true;
                case (_, InvariantBrokenException broken):
                    await GiveUpAsync(instant, "the run was not started", broken.Message).ConfigureAwait(false);
                    ExceptionDispatchInfo.Throw(broken);
                    break;
                case (_, ExportFailedException export):
                    Tell(export.Message);
                    if (tries >= _ports.Settings.MaxExportTries)
                    {
                        await GiveUpAsync(instant, "its output was not copied", export.Message).ConfigureAwait(false);
                        return true;
                    }
                    break;
                case (_, BatchEngineException { IsTransient: true } passing):
                    if (await GaveUpAsync(instant, passing.Message, tries).ConfigureAwait(false))
                        return true;
                    break;
                case (_, { } lasting):
                    if (!await WaitForStartAsync(instant, lasting.Message).ConfigureAwait(false))
                        return true;
                    continue;
            }
            await PauseAsync(_ports.Settings.RetryEvery).ConfigureAwait(false);
        }
        return false;
    }

    private async Task<(RunOutcome? Outcome, Exception? Failure)> TryAsync(DateTimeOffset instant)
    {
        try
        {
            return (await _ports.Starter.StartAsync(Job, instant, _leave.Token).ConfigureAwait(false), null);
        }
        catch (Exception failure)
        {
            // One job's failure must not end the others' schedules: it is recorded and the next instant gets its chance.
            return (null, failure);
        }
    }

    /// <summary>Records that the run could not start, and waits for the next try inside the job's window; false means that it is given up.</summary>
    private async Task<bool> WaitForStartAsync(DateTimeOffset instant, string reason)
    {
        var (run, now) = (new RunId(Job.Name, instant), Now);
        DateTimeOffset? until = Job.WaitsForInput > TimeSpan.Zero && now < instant + Job.WaitsForInput ? instant + Job.WaitsForInput : null;
        if (until is not { } end)
        {
            await GiveUpStartAsync(instant, reason).ConfigureAwait(false);
            return false;
        }
        await _ports.Unstarted.SaveAsync(run, now, until, reason, CancellationToken.None).ConfigureAwait(false);
        if (_told != (instant, reason))
            await _ports.Listener.NotStartedAsync(run, reason, until, _leave.Token).ConfigureAwait(false);
        _told = (instant, reason);
        await PauseAsync(end - now < _ports.Settings.LookForInputEvery ? end - now : _ports.Settings.LookForInputEvery).ConfigureAwait(false);
        return true;
    }

    private async Task<bool> GaveUpAsync(DateTimeOffset instant, string problem, int tries)
    {
        if (tries < _ports.Settings.MaxTries)
            return false;
        await GiveUpStartAsync(instant, string.Create(CultureInfo.InvariantCulture, $"{problem}; tried {tries} times")).ConfigureAwait(false);
        return true;
    }

    // The row comes first, so that a process that dies in between leaves the instant pending.
    private async Task GiveUpStartAsync(DateTimeOffset instant, string why)
    {
        if (!await IsPendingAsync(instant).ConfigureAwait(false))
            return;
        var run = new RunId(Job.Name, instant);
        await _ports.Unstarted.SaveAsync(run, Now, null, why, CancellationToken.None).ConfigureAwait(false);
        if (await GiveUpAsync(instant, "the run was not started", why).ConfigureAwait(false))
            await _ports.Listener.NotStartedAsync(run, why, null, _leave.Token).ConfigureAwait(false);
    }

    private async Task PauseAsync(TimeSpan time) =>
        await Task.Delay(time, _ports.Clock, _leave.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task<bool> IsPendingAsync(DateTimeOffset instant)
    {
        await ChangeAsync((_, _) => null, _leave.Token).ConfigureAwait(false);
        return State.Pending.Contains(instant);
    }

    /// <summary>Takes an instant off the list for good; false means that another process did.</summary>
    private async Task<bool> GiveUpAsync(DateTimeOffset instant, string what, string why) =>
        (await ChangeAsync((state, now) => LaneChange.GivenUp(state, instant, what, why, now), CancellationToken.None).ConfigureAwait(false)).IsChanged;

    private async Task<(bool IsThere, bool IsChanged)> ChangeAsync(Func<LaneState, DateTimeOffset, LaneChange?> decide, CancellationToken ct)
    {
        await _gate.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            var (stored, isChanged) = await LaneUpdate.MakeAsync(_ports.Lanes, Job.Name, decide, ct).ConfigureAwait(false);
            Interlocked.Exchange(ref _skewTicks, (stored.Now - _ports.Clock.GetUtcNow()).Ticks);
            Volatile.Write(ref _state, stored.State ?? State with { Pending = [] });
            return (stored.State is not null, isChanged);
        }
        finally
        {
            _gate.Release();
        }
    }
}
