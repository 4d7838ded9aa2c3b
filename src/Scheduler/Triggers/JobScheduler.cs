using System.Collections.Concurrent;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Runs;
using Quartz;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>Starts jobs by their cron schedules, hosted by Quartz with its store in the state database. Thread-safe. One per database.</summary>
/// <remarks>
/// Quartz keeps the jobs and wakes them; what is due is computed from what was handled before, so a lost, late, early or doubled wake-up changes nothing: a
/// run's identity is its scheduled instant.
/// A job that is seen for the first time, or whose schedule changed, starts with its next occurrence: nothing of the past is run unasked.
/// </remarks>
public sealed class JobScheduler : IAsyncDisposable
{
    private const string Group = "batchengine";
    private readonly ConcurrentDictionary<string, JobLane> _lanes = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TriggerSettings _settings;
    private readonly TimeProvider _clock;
    private readonly LanePorts _ports;
    private IScheduler _quartz = null!;
    private Task _sweeping = Task.CompletedTask;
    private bool _started;

    private JobScheduler(IRunStarter starter, DecisionStore decisions, TriggerSettings settings, TimeProvider clock)
    {
        (_settings, _clock) = (settings, clock);
        _ports = new LanePorts(starter, SaveAsync, decisions.AppendAsync, settings, clock);
    }

    /// <summary>Opens the store; its tables are created when they are missing. Nothing fires before <see cref="StartAsync"/>.</summary>
    /// <param name="database">The state database; Quartz keeps its tables (QRTZ_) in it.</param>
    /// <param name="starter">Starts runs.</param>
    /// <param name="decisions">Where skipped runs are recorded.</param>
    /// <param name="settings">Bounds.</param>
    /// <param name="clock">The scheduler's clock.</param>
    /// <param name="ct">Stops opening.</param>
    /// <exception cref="StorageFailedException">The store cannot be opened.</exception>
    public static async Task<JobScheduler> OpenAsync(StateDatabase database, IRunStarter starter, DecisionStore decisions, TriggerSettings settings,
        TimeProvider clock, CancellationToken ct)
    {
        var opened = new JobScheduler(starter, decisions, settings, clock);
        try
        {
            opened._quartz = await QuartzSchedulerBuilder.Create(quartz =>
            {
                quartz.ConfigureScheduler(o => o.InstanceName = Group);
                quartz.UseTimeProvider(clock);
                quartz.UseDefaultThreadPool(2);
                quartz.UseJobFactory(new WakeJobFactory(opened.WakeAsync));
                quartz.UsePersistentStore(store =>
                {
                    store.UseSqlite(database.ConnectionString);
                    store.ProvisionSchema();
                    store.ConfigureStore(o => o.StoreJobDataAsStrings = true);
                });
            }).BuildScheduler(ct).ConfigureAwait(false);
            return opened;
        }
        catch (SchedulerException e)
        {
            throw new StorageFailedException(database.Path, $"the schedule could not be opened ({e.Message}).", isTransient: false, e);
        }
    }

    /// <summary>Makes the schedule what the jobs say: adds, changes, and removes jobs that are gone or have no schedule. Calling it again with the same jobs
    /// changes nothing.</summary>
    /// <exception cref="BadInputException">A cron expression or time zone cannot be read; nothing was changed then.</exception>
    public async Task SyncAsync(IReadOnlyList<ScoringJob> jobs, CancellationToken ct)
    {
        var wanted = jobs.Where(j => j.Schedule is not null).ToDictionary(j => j.Name, StringComparer.Ordinal);
        foreach (var job in wanted.Values)
            _ = new CronOccurrences(job.Schedule!, $"job {job.Name}, schedule");
        foreach (var key in await _quartz.GetJobKeys(GroupMatcher<JobKey>.GroupEquals(Group), ct).ConfigureAwait(false))
        {
            if (!wanted.ContainsKey(key.Name))
                await RemoveAsync(key, ct).ConfigureAwait(false);
        }
        foreach (var job in wanted.Values.OrderBy(j => j.Name, StringComparer.Ordinal))
            await PutAsync(job, job.Schedule!, ct).ConfigureAwait(false);
    }

    /// <summary>Begins to fire; runs that were pending when the program ended go on first, then what was missed is decided by each job's misfire
    /// policy.</summary>
    public async Task StartAsync(CancellationToken ct)
    {
        _started = true;
        foreach (var lane in _lanes.Values)
        {
            await lane.WakeAsync(ct).ConfigureAwait(false);
            Start(lane);
        }
        await _quartz.Start(ct).ConfigureAwait(false);
        _sweeping = SweepAsync();
        _ = WatchAsync(_sweeping);
    }

    /// <summary>Ends with its failure when a job's runs, or the watch over what is due, ended by one; a program in which that happened schedules no longer as it
    /// should. Else it never ends.</summary>
    public Task Failed => _failed.Task;

    /// <summary>Every scheduled job by name.</summary>
    public IReadOnlyList<ScheduledJob> List() => [.. _lanes.Values.OrderBy(l => l.Job.Name, StringComparer.Ordinal)
        .Select(l => new ScheduledJob(l.Job.Name, l.Schedule.Cron, l.Schedule.TimeZone, l.Next, l.State.IsPaused, l.State.Pending))];

    /// <summary>Stops firing a job until it is resumed, also after a restart; a run going on ends. False means there is no such scheduled job.</summary>
    public Task<bool> PauseAsync(string job, CancellationToken ct) => SetPausedAsync(job, true, ct);

    /// <summary>Fires a paused job again from its next occurrence on. False means there is no such scheduled job.</summary>
    public Task<bool> ResumeAsync(string job, CancellationToken ct) => SetPausedAsync(job, false, ct);

    /// <summary>Stops firing, asks runs going on to leave and waits for them; pending runs go on at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _quartz.Shutdown(waitForJobsToComplete: true, CancellationToken.None).ConfigureAwait(false);
        await _sweeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var lane in _lanes.Values)
            await lane.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task<bool> SetPausedAsync(string job, bool paused, CancellationToken ct)
    {
        if (!_lanes.TryGetValue(job, out var lane))
            return false;
        await lane.SetPausedAsync(paused, ct).ConfigureAwait(false);
        return true;
    }

    private async Task PutAsync(ScoringJob job, Schedule schedule, CancellationToken ct)
    {
        if (_lanes.TryGetValue(job.Name, out var existing) && existing.Job == job)
            return;
        var text = LaneState.TextOf(schedule);
        var now = _clock.GetUtcNow();
        var detail = await _quartz.GetJobDetail(Key(job.Name), ct).ConfigureAwait(false);
        var stored = existing?.State
            ?? (detail is null ? null : LaneState.Read(job.Name, name => detail.JobDataMap.TryGetValue(name, out var value) ? value as string : null));
        var state = stored is null ? new LaneState(now, [], false, text) : stored.ScheduleText == text ? stored
            : stored with { HandledThrough = now, ScheduleText = text };
        if (existing is not null && _lanes.TryRemove(job.Name, out _))
            await existing.DisposeAsync().ConfigureAwait(false);
        await SaveAsync(job.Name, state, ct).ConfigureAwait(false);
        await TriggerAsync(job.Name, schedule, stored?.ScheduleText != text, ct).ConfigureAwait(false);
        var lane = new JobLane(job, schedule, state, _ports);
        _lanes[job.Name] = lane;
        if (_started)
            Start(lane);
    }

    private async Task RemoveAsync(JobKey key, CancellationToken ct)
    {
        await _quartz.DeleteJob(key, ct).ConfigureAwait(false);
        if (_lanes.TryRemove(key.Name, out var lane))
            await lane.DisposeAsync().ConfigureAwait(false);
        await _ports.DecideAsync(
            new Decision(null, _clock.GetUtcNow(), DecisionSubject.Schedule, $"job {key.Name}: unscheduled", "no job file names it with a schedule any more"),
                ct)
            .ConfigureAwait(false);
    }

    // Misfires are decided by the lanes; Quartz is told to do nothing about them.
    private async Task TriggerAsync(string job, Schedule schedule, bool changed, CancellationToken ct)
    {
        var key = new TriggerKey(job, Group);
        if (!changed && await _quartz.Exists(key, ct).ConfigureAwait(false))
            return;
        var zone = TimeZoneInfo.FindSystemTimeZoneById(schedule.TimeZone);
        var trigger = TriggerBuilder.Create(_clock).ForJob(Key(job)).WithIdentity(key)
            .WithCronSchedule(schedule.Cron, cron => cron.InTimeZone(zone).WithMisfireInstruction(CronTriggerMisfireInstruction.DoNothing))
            .Build();
        await _quartz.ScheduleTrigger(trigger, TriggerConflict.Replace, ct).ConfigureAwait(false);
    }

    private async Task SaveAsync(string job, LaneState state, CancellationToken ct)
    {
        var builder = JobBuilder.Create<WakeJob>().WithIdentity(Key(job)).StoreDurably();
        foreach (var (name, value) in state.ToStrings())
            builder = builder.UsingJobData(name, value);
        try
        {
            await _quartz.AddJob(builder.Build(), AddJobOptions.Replacing, ct).ConfigureAwait(false);
        }
        catch (SchedulerException e)
        {
            throw new StorageFailedException($"schedule of job {job}", $"its state could not be kept ({e.Message}).", isTransient: true, e);
        }
    }

    private async Task WakeAsync(string job, CancellationToken ct)
    {
        if (_lanes.TryGetValue(job, out var lane))
            await lane.WakeAsync(ct).ConfigureAwait(false);
    }

    private async Task SweepAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await Task.Delay(_settings.SweepEvery, _clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var lane in _lanes.Values)
            {
                try
                {
                    await lane.WakeAsync(_stop.Token).ConfigureAwait(false);
                }
                catch (Exception e) when (e is StorageFailedException or OperationCanceledException or ObjectDisposedException)
                {
                    // A job that could not be looked at, or was just removed, is looked at again by the next sweep.
                }
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

    private static JobKey Key(string job) => new(job, Group);
}
