using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Scheduler.Leasing;

/// <summary>What survives of runs: every store that a coordinator or a worker writes to. Each is safe for several of them at once.</summary>
/// <param name="Runs">Runs and their states.</param>
/// <param name="Leases">Leases, checkpoints, receipts and the coordinator's lead.</param>
/// <param name="Snapshots">Segments and snapshots.</param>
/// <param name="Profiles">Merged profiles and drift reports.</param>
/// <param name="Usage">Where worked time is recorded.</param>
/// <param name="Decisions">Where every decision is recorded with its reason.</param>
/// <param name="Blobs">Outputs, run files and segments.</param>
/// <param name="Named">Every blob that a row names, for sweeping.</param>
public sealed record RunStores(
    RunStore Runs,
    LeaseStore Leases,
    SnapshotStore Snapshots,
    ProfileStore Profiles,
    UsageStore Usage,
    DecisionStore Decisions,
    IBlobStore Blobs,
    NamedBlobs Named)
{
    /// <summary>All of them over one database and one blob store.</summary>
    public static RunStores Over(StateDatabase database, IBlobStore blobs) => new(new RunStore(database), new LeaseStore(database),
        new SnapshotStore(database), new ProfileStore(database), new UsageStore(database), new DecisionStore(database), blobs, new NamedBlobs(database));
}
