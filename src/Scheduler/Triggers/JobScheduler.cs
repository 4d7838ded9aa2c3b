using System.Collections.Concurrent;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Lanes;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>Starts jobs by their cron schedules. Thread-safe; several processes may schedule from one database.</summary>
/// <remarks>
/// Timers only wake the jobs. What is due is computed from what was handled before, which the database keeps, so a lost, late, early or doubled wake-up
/// changes nothing: a run's identity is its scheduled instant, and one process leads it.
/// A job that is seen for the first time, or whose schedule changed, starts with its next occurrence: nothing of the past is run unasked.
/// </remarks>
public sealed class JobScheduler : IAsyncDisposable
{
    private const int BeatsPerLife = 3;
    private readonly ConcurrentDictionary<string, JobLane> _lanes = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LanePorts _ports;
    private readonly DecisionStore _decisions;
    private readonly LaneWishes _wishes;
    private readonly FormerLanes _former;
    private WakeTimers _timers = null!;
    private Task _sweeping = Task.CompletedTask;
    private Task _beating = Task.CompletedTask;
    private bool _started;

    private JobScheduler(StateDatabase database, LanePorts ports) =>
        (_ports, _decisions, _wishes, _former) = (ports, new DecisionStore(database), new LaneWishes(database), new FormerLanes(database));

    /// <summary>Opens the scheduler. Nothing fires before <see cref="StartAsync"/>.</summary>
    /// <param name="database">The state database.</param>
    /// <param name="starter">Starts runs.</param>
    /// <param name="listener">Hears what became of them.</param>
    /// <param name="settings">How many runs may wait or be caught up, and how often is swept.</param>
    /// <param name="clock">The scheduler's clock.</param>
    /// <param name="ct">Stops opening.</param>
    public static async Task<JobScheduler> OpenAsync(StateDatabase database, IRunStarter starter, INightListener listener, TriggerSettings settings,
        TimeProvider clock, CancellationToken ct)
    {
        var opened = new JobScheduler(database, new LanePorts(starter, listener, new LaneStore(database), new UnstartedRunStore(database), settings, clock));
        opened._timers = await WakeTimers.OpenAsync(opened.TryWakeAsync, clock, ct).ConfigureAwait(false);
        return opened;
    }

    /// <summary>Makes the schedule what the jobs say: adds, changes, and removes those of its source (<see cref="TriggerSettings.Source"/>) that are gone or
    /// have
    /// no schedule, unless another scheduler that lives has them. Calling it again with equal jobs changes nothing, and a run going on is left alone.</summary>
    /// <exception cref="BadInputException">A cron expression or time zone cannot be read; nothing was changed then.</exception>
    /// <exception cref="StorageFailedException">The schedule cannot be stored.</exception>
    public async Task SyncAsync(IReadOnlyList<ScoringJob> jobs, CancellationToken ct)
    {
        var wanted = jobs.Where(j => j.Schedule is not null).ToDictionary(j => j.Name, StringComparer.Ordinal);
        foreach (var job in wanted.Values)
            _ = new CronOccurrences(job.Schedule!, $"job {job.Name}, schedule");
        var former = await _former.ListAsync(ct).ConfigureAwait(false);
        foreach (var gone in _lanes.Keys.Except(wanted.Keys).Order(StringComparer.Ordinal).ToList())
            await LeaveAsync(gone, ct).ConfigureAwait(false);
        var removed = await _wishes.KeepOnlyAsync(_ports.Settings.Source, wanted.Keys, ct).ConfigureAwait(false);
        foreach (var gone in former.Where(f => f.Value.Count > 0).Select(f => f.Key).Except(wanted.Keys).Except(removed).Order(StringComparer.Ordinal))
            await _decisions.AppendAsync(LaneWishes.Unscheduled(gone, _ports.Clock.GetUtcNow()), ct).ConfigureAwait(false);
        foreach (var job in wanted.Values.OrderBy(j => j.Name, StringComparer.Ordinal))
            await PutAsync(job, job.Schedule!, former.GetValueOrDefault(job.Name), ct).ConfigureAwait(false);
        if (former.Count > 0)
            await _former.ForgetAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Begins to fire; runs that were pending when the program ended go on first, then what was missed is decided by each job's misfire
    /// policy.</summary>
    public async Task StartAsync(CancellationToken ct)
    {
        _started = true;
        foreach (var lane in _lanes.Values)
        {
            await TryWakeAsync(lane.Job.Name, ct).ConfigureAwait(false);
            Start(lane);
        }
        await _timers.StartAsync(ct).ConfigureAwait(false);
        _sweeping = SweepAsync();
        _beating = BeatAsync();
        _ = WatchAsync(_sweeping);
        _ = WatchAsync(_beating);
    }

    /// <summary>Ends with its failure when a job's runs, or the watch over what is due, ended by one; a program in which that happened schedules no longer
    /// as it should. Else it never ends.</summary>
    public Task Failed => _failed.Task;

    /// <summary>Every scheduled job by name, as it is stored now.</summary>
    public async Task<IReadOnlyList<ScheduledJob>> ListAsync(CancellationToken ct) => [.. (await _ports.Lanes.ListAsync(ct).ConfigureAwait(false))
        .Select(state => (State: state, Lane: _lanes.GetValueOrDefault(state.Job)))
        .Where(j => j.Lane is not null)
        .Select(j => new ScheduledJob(j.State.Job, j.Lane!.Schedule.Cron, j.Lane.Schedule.TimeZone, j.Lane.NextOf(j.State), j.State.IsPaused,
            j.State.Pending))];

    /// <summary>The jobs whose schedule here is not in force, by name, with the one that another scheduler put in force later; as last read.</summary>
    public IReadOnlyList<(string Job, string InForce)> Overruled => [.. _lanes.Values.Where(l => l.OverruledBy is not null)
        .Select(l => (l.Job.Name, l.OverruledBy!)).OrderBy(j => j.Name, StringComparer.Ordinal)];

    /// <summary>Stops firing, asks runs going on to leave and waits for them; pending runs go on at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _timers.DisposeAsync().ConfigureAwait(false);
        await _sweeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _beating.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var lane in _lanes.Values)
            await lane.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task PutAsync(ScoringJob job, Schedule schedule, IReadOnlyDictionary<string, string>? former, CancellationToken ct)
    {
        if (_lanes.TryGetValue(job.Name, out var existing) && existing.Runs(job))
            return;
        if (_lanes.TryRemove(job.Name, out var before))
            await before.DisposeAsync().ConfigureAwait(false);
        var lane = new JobLane(job, schedule, (await WishAsync(job.Name, schedule, former, ct).ConfigureAwait(false)).State, _ports);
        _lanes[job.Name] = lane;
        await SetTimerAsync(lane, ct).ConfigureAwait(false);
        if (_started)
            Start(lane);
    }

    /// <summary>What is stored of the job: from the table, else carried over from an earlier version, else from now on.</summary>
    private async Task<WishedLane> WishAsync(string job, Schedule schedule, IReadOnlyDictionary<string, string>? former, CancellationToken ct)
    {
        var carried = former is null || await _ports.Lanes.FindAsync(job, ct).ConfigureAwait(false) is not null ? null
            : await CarriedOverAsync(job, former, ct).ConfigureAwait(false);
        return await _wishes.PutAsync(_ports.Settings.Source, job, LaneChange.TextOf(schedule), carried, ct).ConfigureAwait(false);
    }

    private async Task<LaneState?> CarriedOverAsync(string job, IReadOnlyDictionary<string, string> former, CancellationToken ct)
    {
        try
        {
            return FormerLaneState.Find(job, name => former.GetValueOrDefault(name));
        }
        catch (CorruptDataException e)
        {
            // Nobody could mend it, and the other jobs must be scheduled: so it is said, and the job starts with its next occurrence.
            await _decisions.AppendAsync(new Decision(null, _ports.Clock.GetUtcNow(), DecisionSubject.Schedule, $"job {job}: starts anew",
                $"what an earlier version had stored of its schedule cannot be read, so runs that were pending and a pause are lost ({e.Message})"), ct)
                .ConfigureAwait(false);
            return null;
        }
    }

    private async Task LeaveAsync(string job, CancellationToken ct)
    {
        await _timers.SetAsync(job, null, ct).ConfigureAwait(false);
        if (_lanes.TryRemove(job, out var lane))
            await lane.DisposeAsync().ConfigureAwait(false);
    }

    private Task SetTimerAsync(JobLane lane, CancellationToken ct) => _timers.SetAsync(lane.Job.Name, lane.NextAlarm(), ct);

    private async Task WakeAsync(string job, CancellationToken ct)
    {
        if (!_lanes.TryGetValue(job, out var lane))
            return;
        try
        {
            var isThere = await lane.WakeAsync(ct).ConfigureAwait(false);
            if (isThere && lane.OverruledBy is null)
                return;
            // Another process took it out, or has another schedule for it; the job is in our folder, too.
            var wished = await WishAsync(job, lane.Schedule, null, ct).ConfigureAwait(false);
            if (!isThere)
                lane.Tell("another process had unscheduled it; it is scheduled again");
            else if (!wished.IsInForce)
                lane.TellOverruled(wished.State.Schedule);
        }
        finally
        {
            await SetTimerAsync(lane, ct).ConfigureAwait(false);
        }
    }

    // A job that could not be looked at, or was just removed, is looked at again by the next sweep.
    private async Task TryWakeAsync(string job, CancellationToken ct)
    {
        try
        {
            await WakeAsync(job, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ObjectDisposedException || (e is OperationCanceledException && ct.IsCancellationRequested))
        {
            // It was removed, or the program ends.
        }
        catch (Exception e) when (e is not InvariantBrokenException)
        {
            if (_lanes.TryGetValue(job, out var lane))
                lane.Tell(e.Message);
        }
    }

    private async Task SweepAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(_ports.Settings.SweepEvery, _ports.Clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var lane in _lanes.Values)
            {
                if (!_stop.IsCancellationRequested)
                    await TryWakeAsync(lane.Job.Name, _stop.Token).ConfigureAwait(false);
            }
        }
    }

    // Whoever has been silent for the source's life counts as dead, and others may take out what only it has.
    private async Task BeatAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(_ports.Settings.Source.AliveFor / BeatsPerLife, _ports.Clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (!_stop.IsCancellationRequested)
                    await _wishes.BeatAsync(_ports.Settings.Source, _stop.Token).ConfigureAwait(false);
            }
            catch (Exception e) when ((e is BatchEngineException and not InvariantBrokenException) || e is OperationCanceledException)
            {
                // The next beat, or the end of the program.
            }
        }
    }

    private void Start(JobLane lane)
    {
        lane.Start();
        _ = WatchAsync(lane.Running);
    }

    private async Task WatchAsync(Task loop)
    {
        try
        {
            await loop.ConfigureAwait(false);
        }
        catch (Exception failure) when (!_stop.IsCancellationRequested)
        {
            _failed.TrySetException(failure);
        }
        catch (Exception)
        {
            // It is being stopped.
        }
    }
}
