using BatchEngine.Scheduler.Events;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Scheduler.Leasing;

/// <summary>What a worker needs. Immutable; every part is safe for several workers at once.</summary>
/// <param name="Runs">Runs and their states.</param>
/// <param name="Leases">Leases, checkpoints and receipts.</param>
/// <param name="Snapshots">Which of the base's segments the run keeps.</param>
/// <param name="Usage">Where worked time is recorded.</param>
/// <param name="Decisions">Where takeovers and failures are recorded.</param>
/// <param name="Blobs">Where shards' files are, to look whether a base run's are still there.</param>
/// <param name="Scorer">Scores a shard.</param>
/// <param name="Log">Hears every event.</param>
/// <param name="Clock">For waits and usage; leases go by the database's clock.</param>
public sealed record WorkerServices(RunStore Runs, LeaseStore Leases, SnapshotStore Snapshots, UsageStore Usage, DecisionStore Decisions, IBlobStore Blobs,
    IShardScorer Scorer, IRunLog Log, TimeProvider Clock);
