namespace BatchEngine.Scheduler.Events;

/// <summary>Everything that is said about a run while it goes on; the whole list, so that a reader of the log can rely on it.</summary>
public enum RunEventKind
{
    /// <summary>The run is planned without its deadline, which has passed.</summary>
    DeadlineDropped,

    /// <summary>The run was recorded with its plan.</summary>
    Recorded,

    /// <summary>The run was found as recorded by an earlier start.</summary>
    Found,

    /// <summary>Another process leads the run, or has died with the lead; it is waited for.</summary>
    WaitingForLead,

    /// <summary>Every shard that is left is leased by others, or by workers that died; they are waited for.</summary>
    WaitingForShards,

    /// <summary>This process leads the run.</summary>
    Leading,

    /// <summary>The run moved to another state.</summary>
    StateMoved,

    /// <summary>A worker starts taking shards.</summary>
    WorkerStarted,

    /// <summary>A worker has ended.</summary>
    WorkerEnded,

    /// <summary>A worker process died.</summary>
    WorkerDied,

    /// <summary>A shard was leased.</summary>
    ShardLeased,

    /// <summary>A shard was leased whose holder had let its lease expire.</summary>
    ShardTakenOver,

    /// <summary>A checkpoint was stored.</summary>
    CheckpointSaved,

    /// <summary>A receipt was accepted.</summary>
    ReceiptAccepted,

    /// <summary>A worker lost its shard to another.</summary>
    FenceLost,

    /// <summary>A worker was asked to leave and gave its shard back.</summary>
    ShardReleased,

    /// <summary>A transient failure; the shard is tried again.</summary>
    ShardRetried,

    /// <summary>Usage was recorded.</summary>
    UsageRecorded,

    /// <summary>Seal units are leased by others, or by workers that died; they are waited for.</summary>
    WaitingForSealUnits,

    /// <summary>A seal unit was leased.</summary>
    SealUnitLeased,

    /// <summary>A seal unit was leased whose holder had let its lease expire.</summary>
    SealUnitTakenOver,

    /// <summary>A worker gave its seal unit back: it was asked to leave, or failed for now.</summary>
    SealUnitReleased,

    /// <summary>The bytes of a segment are durable, its row is not yet.</summary>
    SegmentWritten,

    /// <summary>A partition's segment is recorded.</summary>
    SegmentRecorded,

    /// <summary>The snapshot is recorded, not yet published.</summary>
    SnapshotSaved,

    /// <summary>The merged profiles are recorded.</summary>
    ProfilesSaved,

    /// <summary>The gate has spoken.</summary>
    Judged,

    /// <summary>The snapshot serves.</summary>
    SnapshotPublished,

    /// <summary>The ledger has the run's usage.</summary>
    Accounted,

    /// <summary>The run has spent more than its budget and goes on.</summary>
    OverBudget,

    /// <summary>Nobody works on the run.</summary>
    NobodyWorks,

    /// <summary>Somebody works on it again.</summary>
    WorkersCame,

    /// <summary>The run is going to end after its deadline.</summary>
    DeadlineAtRisk,

    /// <summary>It is going to end before its deadline after all.</summary>
    DeadlineSafe,

    /// <summary>The deadline has passed.</summary>
    DeadlineMissed,

    /// <summary>Blobs that no row names were removed.</summary>
    OrphansSwept,
}
