namespace BatchEngine.Domain;

/// <summary>What a worker is doing, as it says itself.</summary>
public enum WorkerState
{
    /// <summary>It works on a run, or waits for one of its shards.</summary>
    Working,

    /// <summary>It waits for a run.</summary>
    Idle,

    /// <summary>It was asked to leave and finishes what it has in hand.</summary>
    Draining,

    /// <summary>It has left.</summary>
    Ended,
}
