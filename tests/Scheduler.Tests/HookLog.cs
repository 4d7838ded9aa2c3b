using BatchEngine.Scheduler.Events;

namespace BatchEngine.Scheduler.Tests;

/// <summary>Does something at the first event of one kind.</summary>
internal sealed class HookLog(RunEventKind kind, Func<Task> act) : IRunLog
{
    private int _done;

    public void Write(RunEvent happened)
    {
        if (happened.Kind == kind && Interlocked.Exchange(ref _done, 1) == 0)
            act().GetAwaiter().GetResult();
    }
}
