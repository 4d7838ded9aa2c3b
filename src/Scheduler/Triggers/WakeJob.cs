using Quartz;

namespace BatchEngine.Scheduler.Triggers;

/// <summary>What Quartz calls when a trigger fires: it only wakes the job's lane, which decides by itself. Short, so no thread of Quartz is held by a
/// run.</summary>
internal sealed class WakeJob(Func<string, CancellationToken, Task> wake) : IJob
{
    /// <inheritdoc/>
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default) =>
        await wake(context.JobDetail.Key.Name, cancellationToken).ConfigureAwait(false);
}
