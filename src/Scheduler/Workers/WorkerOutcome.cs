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

    /// <summary>Every shard that is left is held by others, and it did not wait for one.</summary>
    public sealed record NoneFree(int ShardsCommitted) : WorkerOutcome(ShardsCommitted);

    /// <summary>It left the run to others before it held a shard: this program or this machine cannot work on it.</summary>
    /// <param name="Reason">What is missing, and what to do.</param>
    public sealed record Unable(string Reason) : WorkerOutcome(0);

    /// <summary>The run takes no workers: it was cancelled, has failed or was never started.</summary>
    /// <param name="ShardsCommitted">Receipts this worker had accepted.</param>
    /// <param name="State">Where the run is.</param>
    /// <param name="Reason">Why, when this worker failed the run; else empty.</param>
    public sealed record RunClosed(int ShardsCommitted, RunState State, string Reason) : WorkerOutcome(ShardsCommitted);
}
