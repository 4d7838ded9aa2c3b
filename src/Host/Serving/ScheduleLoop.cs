using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Configuration;
using BatchEngine.Host.Configuration.Jobs;
using BatchEngine.Host.Health;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scheduler.Triggers;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Lanes;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Host.Serving;

/// <summary>Starts the jobs of a folder by their schedules, once the server listens, and reads them again when their files change. A file with problems is told
/// and keeps the job that it held before.</summary>
internal sealed class ScheduleLoop(ServeSettings settings, StateDatabase database, SnapshotStore snapshots, JobRuns runs, NightBoard nights,
    EngineConfiguration configuration,
    TimeProvider clock, LoopWatch watch, InvariantStop invariants, ILogger<ScheduleLoop> log)
    : ServeLoop("schedule", watch, invariants), IHostedLifecycleService, IRunStarter, IReadinessPart
{
    private readonly InvariantStop _invariants = invariants;
    private readonly TaskCompletionSource<JobScheduler> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly JobFolder _folder = new(settings.JobsFolder ?? throw new InvariantBrokenException("a schedule has a folder", "none"));
    private IReadOnlyList<string> _problems = [];
    private string _trouble = "";

    /// <summary>How often the job files are looked at.</summary>
    public static TimeSpan LookEvery { get; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public Task<PartReadiness> LookAsync(CancellationToken ct) =>
        Task.FromResult(new PartReadiness(_started.Task.IsCompletedSuccessfully, [.. Volatile.Read(ref _problems),
            .. _started.Task.IsCompletedSuccessfully ? _started.Task.Result.Overruled.Select(o =>
                $"job {o.Job}: its schedule here is not in force; another scheduler put {o.InForce} in its place later") : []]));

    /// <inheritdoc/>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        var scheduler = await JobScheduler.OpenAsync(database, this, nights, TriggerSettings.Default with { Source = Source() }, clock, cancellationToken)
            .ConfigureAwait(false);
        try
        {
            _folder.ReadIfChanged();
            await ScheduleAsync(scheduler, cancellationToken).ConfigureAwait(false);
            await scheduler.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await scheduler.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        _started.SetResult(scheduler);
    }

    /// <inheritdoc/>
    async Task<RunOutcome> IRunStarter.StartAsync(ScoringJob job, DateTimeOffset scheduledAt, CancellationToken drain)
    {
        var run = new RunId(job.Name, scheduledAt);
        try
        {
            return await runs.RunScheduledAsync(job, run, drain).ConfigureAwait(false);
        }
        catch (InvariantBrokenException broken)
        {
            _invariants.StopIfBroken(broken);
            throw;
        }
        catch (BatchEngineException failure) when (failure is not ExportFailedException)
        {
            // What fails after the end of a run is the copy of its output.
            if (await new RunStore(database).FindAsync(run, CancellationToken.None).ConfigureAwait(false) is { EndedAt: not null, State: not RunState.Failed })
                throw new ExportFailedException(failure);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    protected override async Task LoopAsync(CancellationToken stop)
    {
        await using var scheduler = await _started.Task.WaitAsync(stop).ConfigureAwait(false);
        while (!stop.IsCancellationRequested)
        {
            await Task.WhenAny(scheduler.Failed, Task.Delay(LookEvery, clock, stop)).ConfigureAwait(false);
            if (scheduler.Failed.IsCompleted)
                await scheduler.Failed.ConfigureAwait(false);
            if (!stop.IsCancellationRequested)
                await LookAsync(scheduler, stop).ConfigureAwait(false);
        }
    }

    private LaneSource Source() => new($"{Environment.MachineName}:{_folder.Path}", _folder.Path, configuration.LeaseTtl);

    // What fails here is tried again by the next look.
    private async Task LookAsync(JobScheduler scheduler, CancellationToken stop)
    {
        try
        {
            if (!_folder.ReadIfChanged() && _trouble.Length == 0)
                return;
            await ScheduleAsync(scheduler, stop).ConfigureAwait(false);
            _trouble = "";
        }
        catch (Exception problem) when (problem is (BatchEngineException and not InvariantBrokenException) or IOException or UnauthorizedAccessException)
        {
            if (_trouble != problem.Message)
                ServeEvents.JobsNotRead(log, problem.Message);
            _trouble = problem.Message;
        }
    }

    private async Task ScheduleAsync(JobScheduler scheduler, CancellationToken ct)
    {
        var before = (await scheduler.ListAsync(ct).ConfigureAwait(false)).ToDictionary(j => j.Name, j => (j.Cron, j.TimeZone), StringComparer.Ordinal);
        var jobs = _folder.Jobs.DistinctBy(j => j.Name).Where(j => j.Schedule is not null).ToList();
        foreach (var file in _folder.Broken)
        {
            foreach (var problem in file.Problems)
                ServeEvents.JobRefused(log, problem.Message);
        }
        // Readiness is read by anybody, so without the folder.
        Volatile.Write(ref _problems, [.. _folder.Broken.SelectMany(f => f.Problems).Select(p =>
            $"a job file has a problem: {p.Place.Replace(_folder.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal)}")]);
        foreach (var job in jobs)
            await snapshots.OfferContractAsync(job, ct).ConfigureAwait(false);
        await scheduler.SyncAsync(jobs, ct).ConfigureAwait(false);
        var now = await scheduler.ListAsync(ct).ConfigureAwait(false);
        nights.Watch(now.Select(j => j.Name));
        foreach (var job in now.Where(j => !before.TryGetValue(j.Name, out var old) || old != (j.Cron, j.TimeZone)))
            ServeEvents.Scheduled(log, job.Name, job.Cron, job.TimeZone, job.Next is { } next ? Figures.Instant(next) : "never");
        foreach (var gone in before.Keys.Except(now.Select(j => j.Name)))
            ServeEvents.Unscheduled(log, gone);
    }
}
