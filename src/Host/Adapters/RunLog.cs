using BatchEngine.Host.Terminal;
using BatchEngine.Scheduler.Events;

namespace BatchEngine.Host.Adapters;

/// <summary>Writes a run's events to stderr when details are wanted. Thread-safe.</summary>
internal sealed class RunLog(Screen screen) : IRunLog
{
    /// <inheritdoc/>
    public void Write(RunEvent happened)
    {
        if (happened.Kind is RunEventKind.DeadlineDropped or RunEventKind.OverBudget or RunEventKind.NobodyWorks or RunEventKind.WorkersCame
            or RunEventKind.DeadlineAtRisk or RunEventKind.DeadlineSafe or RunEventKind.DeadlineMissed)
            screen.Note($"{happened.Run}: {happened.Detail}");
        else if (happened.Kind is RunEventKind.WaitingForLead or RunEventKind.WaitingForShards or RunEventKind.WorkerDied
            or RunEventKind.ShardTakenOver or RunEventKind.FenceLost or RunEventKind.ShardRetried)
            screen.Note($"{happened.Run} {happened.Kind}: {happened.Subject} {happened.Detail}");
        else
            screen.Detail($"{happened.Run} {happened.Kind}: {happened.Subject} {happened.Detail}");
    }
}
