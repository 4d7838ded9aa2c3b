using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Ledger;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Snapshots;

namespace BatchEngine.Scheduler.Leasing;

/// <summary>What survives of runs: every store that a coordinator or a worker writes to. Each is safe for several of them at once.</summary>
/// <param name="Runs">Runs and their states.</param>
/// <param name="Claims">Who scores which shard.</param>
/// <param name="Lead">Who coordinates which run.</param>
/// <param name="Receipts">What of the shards is durable.</param>
/// <param name="SealUnits">Who seals which partitions.</param>
/// <param name="Snapshots">Segments and snapshots.</param>
/// <param name="Profiles">Merged profiles and drift reports.</param>
/// <param name="Usage">Where worked time is recorded.</param>
/// <param name="Slices">Where worked time that is not over is written ahead.</param>
/// <param name="Decisions">Where every decision is recorded with its reason.</param>
/// <param name="Blobs">Outputs, run files and segments.</param>
/// <param name="Named">Every blob that a row names, for sweeping.</param>
/// <param name="Claim">Whether the blobs are this database's, for sweeping.</param>
public sealed record RunStores(
    RunStore Runs,
    ClaimStore Claims,
    LeadStore Lead,
    ReceiptStore Receipts,
    SealUnitStore SealUnits,
    SnapshotStore Snapshots,
    ProfileStore Profiles,
    UsageStore Usage,
    OpenSliceStore Slices,
    DecisionStore Decisions,
    IBlobStore Blobs,
    NamedBlobs Named,
    StoreClaim Claim)
{
    /// <summary>The price folder that counts for what is metered for the runs that this process leads; empty (the default) means that nobody said.</summary>
    public string PricedBy { get; init; } = "";

    /// <summary>Who works.</summary>
    public required WorkerStore Workers { get; init; }

    /// <summary>All of them over one database and one blob store.</summary>
    /// <param name="database">The database.</param>
    /// <param name="blobs">The blob store.</param>
    /// <param name="process">This process, as others may recognise it (<see cref="IProcesses.Own"/>); null means that its leases end by time alone.</param>
    /// <param name="pricedBy">The price folder that counts for the runs that this process leads; a worker of another's run leaves it empty.</param>
    public static RunStores Over(StateDatabase database, IBlobStore blobs, string? process = null, string pricedBy = "") => new(new RunStore(database),
        new ClaimStore(database, process), new LeadStore(database, process), new ReceiptStore(database),
        new SealUnitStore(database, process), new SnapshotStore(database),
        new ProfileStore(database), new UsageStore(database, pricedBy), new OpenSliceStore(database, pricedBy),
        new DecisionStore(database), blobs, new NamedBlobs(database), new StoreClaim(database, blobs))
    {
        PricedBy = pricedBy,
        Workers = new WorkerStore(database),
    };
}
