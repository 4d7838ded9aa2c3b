namespace BatchEngine.Domain;

/// <summary>What the engine decided on.</summary>
public enum DecisionSubject
{
    /// <summary>Whether there is a plan at all.</summary>
    Plan,

    /// <summary>Where a run is scored, and by how many workers.</summary>
    Capacity,

    /// <summary>What is taken over from an earlier run.</summary>
    Reuse,

    /// <summary>Whether a forest's sums are kept for the next model.</summary>
    KeepSums,

    /// <summary>A worker that ended or went silent, and who goes on.</summary>
    WorkerLost,

    /// <summary>A run that stopped before its end.</summary>
    RunFailed,

    /// <summary>Where a run that was interrupted goes on.</summary>
    Resume,

    /// <summary>A person cancelled a run.</summary>
    Cancel,

    /// <summary>Which of two rows of one key is served.</summary>
    DuplicateKeys,

    /// <summary>Whether a snapshot serves.</summary>
    Publish,

    /// <summary>Whether and when a job is run.</summary>
    Schedule,

    /// <summary>What becomes of runs that were due while nobody was there.</summary>
    Misfire,

    /// <summary>A run that was due while the one before was going on.</summary>
    Overlap,

    /// <summary>A run for which the queue had no room.</summary>
    QueueFull,

    /// <summary>A run that has spent more than its budget.</summary>
    Budget,

    /// <summary>A run that is going to end after its deadline, or has.</summary>
    Deadline,

    /// <summary>What has outlived its use and was removed.</summary>
    Retention,
}
