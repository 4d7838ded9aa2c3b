namespace BatchEngine.Domain;

/// <summary>What a rented interval was used for.</summary>
public enum UsageKind
{
    /// <summary>A batch worker scoring shards of a run.</summary>
    BatchWorker,

    /// <summary>Sealing, judging and publishing a run.</summary>
    RunOverhead,

    /// <summary>The real-time endpoint answering requests.</summary>
    RealtimeEndpoint,

    /// <summary>What a process that died may have lived on after its last sign of life: at most one beat of it, and nobody knows what it did.</summary>
    Unallocated,
}
