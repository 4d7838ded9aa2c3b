namespace BatchEngine.Domain;

/// <summary>Where a run is on its way through the night. Each state is entered at most once; the last five are final, except that a failed run may be
/// resumed and a person may release one that is held or completed.</summary>
public enum RunState
{
    /// <summary>Planned, its shards recorded, nothing scored yet.</summary>
    Planned,

    /// <summary>Workers hold leases or may take them.</summary>
    Scoring,

    /// <summary>All receipts are in; segments are being built.</summary>
    Sealing,

    /// <summary>Gates look at counts, schema, quality and drift.</summary>
    Judging,

    /// <summary>The snapshot is published.</summary>
    Published,

    /// <summary>A gate held the snapshot back; yesterday's keeps serving.</summary>
    Held,

    /// <summary>Its outputs are complete and the gates had nothing against them, but a newer snapshot serves.</summary>
    Completed,

    /// <summary>Stopped by an error; its durable work is kept and can be resumed.</summary>
    Failed,

    /// <summary>Stopped by a person.</summary>
    Cancelled,
}
