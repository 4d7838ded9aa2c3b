using BatchEngine.Domain;
using BatchEngine.Host.Composition;
using BatchEngine.Host.Health;
using BatchEngine.Scheduler.Runs;
using BatchEngine.Scheduler.Triggers;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Host.Serving;

/// <summary>Starts jobs by their schedules, once the server listens. What keeps the schedule from opening keeps the program from starting.</summary>
internal sealed class ScheduleLoop(ServeSettings settings, StateDatabase database, SnapshotStore snapshots, JobRuns runs,
    TimeProvider clock, LoopWatch watch, InvariantStop invariants, ILogger<ScheduleLoop> log)
    : ServeLoop("schedule", watch, invariants), IHostedLifecycleService, IRunStarter
{
    private readonly InvariantStop _invariants = invariants;
    private readonly TaskCompletionSource<JobScheduler> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc/>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        var jobs = settings.Jobs ?? [];
        var scheduler = await JobScheduler.OpenAsync(database, this, TriggerSettings.Default, clock, cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var job in jobs)
                await snapshots.OfferContractAsync(job, cancellationToken).ConfigureAwait(false);
            await scheduler.SyncAsync(jobs, cancellationToken).ConfigureAwait(false);
            await scheduler.StartAsync(cancellationToken).ConfigureAwait(false);
            foreach (var job in await scheduler.ListAsync(cancellationToken).ConfigureAwait(false))
                ServeEvents.Scheduled(log, job.Name, job.Cron, job.TimeZone, job.Next is { } next ? Figures.Instant(next) : "never");
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
        try
        {
            return await runs.RunAsync(job, new RunId(job.Name, scheduledAt), null, drain).ConfigureAwait(false);
        }
        catch (InvariantBrokenException broken)
        {
            _invariants.StopIfBroken(broken);
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
        await scheduler.Failed.WaitAsync(stop).ConfigureAwait(false);
    }
}
