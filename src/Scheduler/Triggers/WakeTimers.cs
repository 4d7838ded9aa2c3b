using Quartz;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>Quartz as an alarm clock: wakes each job once at the instant that was set, and forgets it. Keeps nothing on disk, so a locked database cannot keep
/// it from ringing, and processes on one database do not take each other's alarms. Thread-safe.</summary>
internal sealed class WakeTimers : IAsyncDisposable
{
    private const string Group = "batchengine";
    private static int s_opened;
    private readonly IScheduler _quartz;
    private readonly TimeProvider _clock;

    private WakeTimers(IScheduler quartz, TimeProvider clock) => (_quartz, _clock) = (quartz, clock);

    /// <summary>Opens it; nothing rings before <see cref="StartAsync"/>.</summary>
    /// <param name="wake">Called with the job's name; what it throws is left to the next alarm.</param>
    /// <param name="clock">The scheduler's clock.</param>
    /// <param name="ct">Stops opening.</param>
    public static async Task<WakeTimers> OpenAsync(Func<string, CancellationToken, Task> wake, TimeProvider clock, CancellationToken ct)
    {
        var quartz = await QuartzSchedulerBuilder.Create(quartz =>
        {
            // Quartz keeps a list of the schedulers of a process, by name.
            quartz.ConfigureScheduler(o => o.InstanceName = $"{Group}-{Interlocked.Increment(ref s_opened)}");
            quartz.UseTimeProvider(clock);
            quartz.UseDefaultThreadPool(2);
            quartz.UseJobFactory(new WakeJobFactory(wake));
        }).BuildScheduler(ct).ConfigureAwait(false);
        return new WakeTimers(quartz, clock);
    }

    /// <summary>Begins to ring.</summary>
    public Task StartAsync(CancellationToken ct) => _quartz.Start(ct).AsTask();

    /// <summary>Sets the job's one alarm; null means none. Setting what is set changes nothing.</summary>
    public async Task SetAsync(string job, DateTimeOffset? at, CancellationToken ct)
    {
        var key = new TriggerKey(job, Group);
        if (at is not { } instant)
        {
            await _quartz.DeleteJob(new JobKey(job, Group), ct).ConfigureAwait(false);
            return;
        }
        if (await _quartz.GetTrigger(key, ct).ConfigureAwait(false) is { } set && set.StartTimeUtc == instant && set.NextFireTimeUtc is not null)
            return;
        await _quartz.AddJob(JobBuilder.Create<WakeJob>().WithIdentity(job, Group).StoreDurably().Build(), AddJobOptions.Replacing, ct).ConfigureAwait(false);
        var trigger = TriggerBuilder.Create(_clock).ForJob(new JobKey(job, Group)).WithIdentity(key).StartAt(instant)
            .WithSimpleSchedule(once => once.WithMisfireInstruction(SimpleTriggerMisfireInstruction.FireNow)).Build();
        await _quartz.ScheduleTrigger(trigger, TriggerConflict.Replace, ct).ConfigureAwait(false);
    }

    /// <summary>Stops ringing and waits for wake-ups under way.</summary>
    public async ValueTask DisposeAsync() => await _quartz.Shutdown(waitForJobsToComplete: true, CancellationToken.None).ConfigureAwait(false);
}
