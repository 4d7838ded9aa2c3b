using BatchEngine.Scheduler.Events;

namespace BatchEngine.Scheduler.Leasing;

/// <summary>What a worker needs; every part is safe for several workers at once.</summary>
/// <param name="Stores">What survives.</param>
/// <param name="Scorer">Scores a shard.</param>
/// <param name="Log">Hears every event.</param>
/// <param name="Clock">For waits and usage; leases go by the database's clock.</param>
public sealed record WorkerServices(RunStores Stores, IShardScorer Scorer, IRunLog Log, TimeProvider Clock)
{
    /// <summary>Tells which holders of leases have ended. Default null: only time ends a lease.</summary>
    public IProcesses? Processes { get; init; }
}
