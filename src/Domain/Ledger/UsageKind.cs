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
}
