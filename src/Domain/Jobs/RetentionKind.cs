namespace BatchEngine.Domain;

/// <summary>What goes when it has outlived its use.</summary>
public enum RetentionKind
{
    /// <summary>Run files: the predictions of each checkpoint, from which segments are sealed and which a later night carries over.</summary>
    RunFiles,

    /// <summary>The copies of output files in the blob store; what was exported stays.</summary>
    Outputs,

    /// <summary>The copies of dead letters in the blob store.</summary>
    DeadLetters,

    /// <summary>The segments of snapshots.</summary>
    Snapshots,

    /// <summary>Column profiles and drift reports.</summary>
    Profiles,

    /// <summary>Plans, shards, leases, checkpoints and receipts of a run of which nothing else is kept; the run's line stays.</summary>
    Runs,

    /// <summary>Decisions with their reasons.</summary>
    Decisions,

    /// <summary>Nights that could not start.</summary>
    UnstartedRuns,

    /// <summary>How many look-ups were answered how, by the hour.</summary>
    Answers,

    /// <summary>Workers that have gone.</summary>
    Workers,
}
