using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Scheduler.Runs;

/// <summary>What a run needs. Immutable; every part is safe for several runs at once.</summary>
/// <param name="Runs">Runs and their states.</param>
/// <param name="Leases">Leases, checkpoints, receipts and the coordinator's lead.</param>
/// <param name="Snapshots">Segments and snapshots.</param>
/// <param name="Profiles">Merged profiles and drift reports.</param>
/// <param name="Usage">Where worked time is recorded.</param>
/// <param name="Decisions">Where every decision is recorded with its reason.</param>
/// <param name="Blobs">Run files and segments.</param>
/// <param name="Named">Every blob that a row names, for sweeping.</param>
/// <param name="Preparation">Looks up what planning needs.</param>
/// <param name="Capacity">Says which capacity can be had.</param>
/// <param name="Gate">Judges a sealed run.</param>
/// <param name="Accounting">Posts the usage to the ledger.</param>
/// <param name="Log">Hears every event.</param>
/// <param name="Clock">For waits, usage and the deadline; leases go by the database's clock.</param>
public sealed record NightRunServices(
    RunStore Runs,
    LeaseStore Leases,
    SnapshotStore Snapshots,
    ProfileStore Profiles,
    UsageStore Usage,
    DecisionStore Decisions,
    IBlobStore Blobs,
    NamedBlobs Named,
    IRunPreparation Preparation,
    ICapacitySource Capacity,
    IRunGate Gate,
    IRunAccounting Accounting,
    IRunLog Log,
    TimeProvider Clock);
