namespace BatchEngine.Domain;

/// <summary>Where a run is on its way through the night. Each state is entered at most once; the last four are final, except that a failed run may be
/// resumed.</summary>
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

    /// <summary>Stopped by an error; its durable work is kept and can be resumed.</summary>
    Failed,

    /// <summary>Stopped by a person.</summary>
    Cancelled,
}
