using BatchEngine.Host.Health;
using BatchEngine.Scheduler.Events;

namespace BatchEngine.Host.Serving;

/// <summary>Writes the events of runs to the log: what a person should see as information, the rest as detail. Safe for many threads.</summary>
internal sealed class RunEventsToLog(ILoggerFactory logs) : IRunLog
{
    private readonly ILogger _log = logs.CreateLogger("BatchEngine.Runs");

    /// <summary>Counts the events too, once the server is built.</summary>
    public ServeMetrics? Metrics { get; set; }

    /// <inheritdoc/>
    public void Write(RunEvent happened)
    {
        Metrics?.RunHappened(happened.Kind);
        ServeEvents.RunHappened(_log, LevelOf(happened.Kind), happened.Run, happened.Kind, happened.Subject, happened.Detail);
    }

    private static LogLevel LevelOf(RunEventKind kind) =>
        kind is RunEventKind.DeadlineDropped or RunEventKind.OverBudget or RunEventKind.WaitingForLead or RunEventKind.WaitingForShards
            or RunEventKind.WorkerDied or RunEventKind.ShardTakenOver or RunEventKind.FenceLost
            or RunEventKind.ShardRetried or RunEventKind.NobodyWorks or RunEventKind.WorkersCame or RunEventKind.DeadlineAtRisk
            or RunEventKind.DeadlineSafe or RunEventKind.DeadlineMissed ? LogLevel.Information : LogLevel.Debug;
}
