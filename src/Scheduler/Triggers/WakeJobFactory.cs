using Quartz;
using Quartz.Extensibility;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>Gives Quartz its jobs. Thread-safe.</summary>
internal sealed class WakeJobFactory(Func<string, CancellationToken, Task> wake) : IJobFactory
{
    /// <inheritdoc/>
    public ValueTask<JobScope> CreateJob(TriggerFiredBundle bundle, IScheduler scheduler, CancellationToken cancellationToken = default) =>
        new(new JobScope(new WakeJob(wake), null));

    /// <inheritdoc/>
    public ValueTask ReturnJob(JobScope scope, CancellationToken cancellationToken = default) => default;
}
