using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Workers;

/// <summary>Why a worker ended. Match it exhaustively.</summary>
/// <param name="ShardsCommitted">Receipts this worker had accepted.</param>
public abstract record WorkerOutcome(int ShardsCommitted)
{
    /// <summary>Every shard of the run has its receipt.</summary>
    public sealed record AllDone(int ShardsCommitted) : WorkerOutcome(ShardsCommitted);

    /// <summary>It was asked to leave and holds no lease any more.</summary>
    public sealed record Drained(int ShardsCommitted) : WorkerOutcome(ShardsCommitted);

    /// <summary>The run takes no workers: it was cancelled, has failed or was never started.</summary>
    /// <param name="ShardsCommitted">Receipts this worker had accepted.</param>
    /// <param name="State">Where the run is.</param>
    /// <param name="Reason">Why, when this worker failed the run; else empty.</param>
    public sealed record RunClosed(int ShardsCommitted, RunState State, string Reason) : WorkerOutcome(ShardsCommitted);
}
