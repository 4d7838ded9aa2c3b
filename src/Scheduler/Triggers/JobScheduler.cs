using System.Collections.Concurrent;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Lanes;
using BatchEngine.Storage.Database.Runs;
using Quartz;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>Starts jobs by their cron schedules. Thread-safe; several processes may schedule from one database.</summary>
/// <remarks>
/// Quartz only wakes the jobs. What is due is computed from what was handled before, which the database keeps, so a lost, late, early or doubled wake-up
/// changes nothing: a run's identity is its scheduled instant, and one process leads it.
/// A job that is seen for the first time, or whose schedule changed, starts with its next occurrence: nothing of the past is run unasked.
/// </remarks>
public sealed class JobScheduler : IAsyncDisposable
{
    private const string Group = "batchengine";
    private readonly ConcurrentDictionary<string, JobLane> _lanes = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LanePorts _ports;
    private readonly DecisionStore _decisions;
    private IScheduler _quartz = null!;
    private Task _sweeping = Task.CompletedTask;
    private bool _started;

    private JobScheduler(StateDatabase database, LanePorts ports) => (_ports, _decisions) = (ports, new DecisionStore(database));

    /// <summary>Opens the store; its tables are created when they are missing. Nothing fires before <see cref="StartAsync"/>.</summary>
    /// <param name="database">The state database; Quartz keeps its tables (QRTZ_) in it.</param>
    /// <param name="starter">Starts runs.</param>
    /// <param name="settings">How many runs may wait or be caught up, and how often is swept.</param>
    /// <param name="clock">The scheduler's clock.</param>
    /// <param name="ct">Stops opening.</param>
    /// <exception cref="StorageFailedException">The store cannot be opened.</exception>
    public static async Task<JobScheduler> OpenAsync(StateDatabase database, IRunStarter starter, TriggerSettings settings, TimeProvider clock,
        CancellationToken ct)
    {
        var opened = new JobScheduler(database, new LanePorts(starter, new LaneStore(database), settings, clock));
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
                    store.UseSqlite(database.LibraryConnectionString);
                    store.ProvisionSchema();
                    store.ConfigureStore(o => o.StoreJobDataAsStrings = true); // Versions before the table of lanes wrote such data, which is read once.
                });
            }).BuildScheduler(ct).ConfigureAwait(false);
            return opened;
        }
        catch (SchedulerException e)
        {
            throw new StorageFailedException(database.Path, $"the schedule could not be opened ({e.Message}).", isTransient: false, e);
        }
    }

    /// <summary>Makes the schedule what the jobs say: adds, changes, and removes jobs that are gone or have no schedule. Calling it again with equal jobs
    /// changes nothing, and a run going on is left alone.</summary>
    /// <exception cref="BadInputException">A cron expression or time zone cannot be read; nothing was changed then.</exception>
    /// <exception cref="StorageFailedException">The schedule cannot be stored.</exception>
    public async Task SyncAsync(IReadOnlyList<ScoringJob> jobs, CancellationToken ct)
    {
        var wanted = jobs.Where(j => j.Schedule is not null).ToDictionary(j => j.Name, StringComparer.Ordinal);
        foreach (var job in wanted.Values)
            _ = new CronOccurrences(job.Schedule!, $"job {job.Name}, schedule");
        try
        {
            var timed = await _quartz.GetJobKeys(GroupMatcher<JobKey>.GroupEquals(Group), ct).ConfigureAwait(false);
            var kept = await _ports.Lanes.ListAsync(ct).ConfigureAwait(false);
            foreach (var gone in timed.Select(k => k.Name).Union(kept.Select(l => l.Job)).Except(wanted.Keys).Order(StringComparer.Ordinal).ToList())
                await RemoveAsync(gone, ct).ConfigureAwait(false);
            foreach (var job in wanted.Values.OrderBy(j => j.Name, StringComparer.Ordinal))
                await PutAsync(job, job.Schedule!, ct).ConfigureAwait(false);
        }
        catch (SchedulerException e)
        {
            throw new StorageFailedException("the schedule", $"it could not be stored ({e.Message}).", isTransient: true, e);
        }
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

    /// <summary>Ends with its failure when a job's runs, or the watch over what is due, ended by one; a program in which that happened schedules no longer
    /// as it should. Else it never ends.</summary>
    public Task Failed => _failed.Task;

    /// <summary>Every scheduled job by name, as it is stored now.</summary>
    public async Task<IReadOnlyList<ScheduledJob>> ListAsync(CancellationToken ct) => [.. (await _ports.Lanes.ListAsync(ct).ConfigureAwait(false))
        .Select(state => (State: state, Lane: _lanes.GetValueOrDefault(state.Job)))
        .Where(j => j.Lane is not null)
        .Select(j => new ScheduledJob(j.State.Job, j.Lane!.Schedule.Cron, j.Lane.Schedule.TimeZone, j.Lane.NextOf(j.State), j.State.IsPaused,
            j.State.Pending))];

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

    private async Task PutAsync(ScoringJob job, Schedule schedule, CancellationToken ct)
    {
        if (_lanes.TryGetValue(job.Name, out var existing) && existing.Runs(job))
            return;
        if (_lanes.TryRemove(job.Name, out var former))
            await former.DisposeAsync().ConfigureAwait(false);
        var detail = await _quartz.GetJobDetail(Key(job.Name), ct).ConfigureAwait(false);
        var state = await StateAsync(job.Name, $"{schedule.Cron} | {schedule.TimeZone}", detail, ct).ConfigureAwait(false);
        if (detail is null || detail.JobDataMap.Count > 0)
        {
            await _quartz.AddJob(JobBuilder.Create<WakeJob>().WithIdentity(Key(job.Name)).StoreDurably().Build(), AddJobOptions.Replacing, ct)
                .ConfigureAwait(false);
        }
        await TriggerAsync(job.Name, schedule, ct).ConfigureAwait(false);
        var lane = new JobLane(job, schedule, state, _ports);
        _lanes[job.Name] = lane;
        if (_started)
            Start(lane);
    }

    /// <summary>What is stored of the job under its schedule: from the table, else carried over from Quartz's store, else from now on.</summary>
    private async Task<LaneState> StateAsync(string job, string schedule, IJobDetail? detail, CancellationToken ct)
    {
        if (await _ports.Lanes.FindAsync(job, ct).ConfigureAwait(false) is null)
        {
            var carried = detail is null ? null : await CarriedOverAsync(job, detail, ct).ConfigureAwait(false);
            await _ports.Lanes.CreateAsync(carried ?? new LaneState(job, schedule, _ports.Clock.GetUtcNow(), [], false), ct).ConfigureAwait(false);
        }
        return await LaneUpdate.MakeAsync(_ports.Lanes, job, state => LaneChange.Rescheduled(state, schedule, _ports.Clock.GetUtcNow()), ct)
            .ConfigureAwait(false)
            ?? throw new StorageFailedException($"schedule of job {job}", "another process removed it at the same time.", isTransient: true);
    }

    private async Task<LaneState?> CarriedOverAsync(string job, IJobDetail detail, CancellationToken ct)
    {
        try
        {
            return FormerLaneState.Find(job, name => detail.JobDataMap.TryGetValue(name, out var value) ? value as string : null);
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

    private async Task RemoveAsync(string job, CancellationToken ct)
    {
        var wasTimed = await _quartz.DeleteJob(Key(job), ct).ConfigureAwait(false);
        if (_lanes.TryRemove(job, out var lane))
            await lane.DisposeAsync().ConfigureAwait(false);
        var decision = new Decision(null, _ports.Clock.GetUtcNow(), DecisionSubject.Schedule, $"job {job}: unscheduled",
            "no job file names it with a schedule any more");
        if (!await _ports.Lanes.RemoveAsync(job, decision, ct).ConfigureAwait(false) && wasTimed)
            await _decisions.AppendAsync(decision, ct).ConfigureAwait(false);
    }

    // Misfires are decided by the lanes; Quartz is told to do nothing about them.
    private async Task TriggerAsync(string job, Schedule schedule, CancellationToken ct)
    {
        var key = new TriggerKey(job, Group);
        if (await _quartz.GetTrigger(key, ct).ConfigureAwait(false) is ICronTrigger present
            && present.CronExpressionString == schedule.Cron && present.TimeZone.Id == schedule.TimeZone)
            return;
        var zone = TimeZoneInfo.FindSystemTimeZoneById(schedule.TimeZone);
        var trigger = TriggerBuilder.Create(_ports.Clock).ForJob(Key(job)).WithIdentity(key)
            .WithCronSchedule(schedule.Cron, cron => cron.InTimeZone(zone).WithMisfireInstruction(CronTriggerMisfireInstruction.DoNothing))
            .Build();
        await _quartz.ScheduleTrigger(trigger, TriggerConflict.Replace, ct).ConfigureAwait(false);
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
            await Task.Delay(_ports.Settings.SweepEvery, _ports.Clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var lane in _lanes.Values)
            {
                try
                {
                    await lane.WakeAsync(_stop.Token).ConfigureAwait(false);
                }
                catch (Exception e) when (e is StorageFailedException { IsTransient: true } or OperationCanceledException or ObjectDisposedException)
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
