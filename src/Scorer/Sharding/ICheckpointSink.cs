using BatchEngine.Domain;

namespace BatchEngine.Scorer.Sharding;

/// <summary>Where a shard's progress goes. Called from one thread at a time.</summary>
public interface ICheckpointSink
{
    /// <summary>Stores what is durable now. Every artifact in it is already committed; saving the same checkpoint again changes nothing.</summary>
    /// <exception cref="FenceLostException">Another worker owns the shard: scoring stops.</exception>
    Task SaveAsync(Checkpoint checkpoint, CancellationToken ct);

    /// <summary>Tells the rows done so far, durable or not, after each unit. Must not block.</summary>
    void Report(RowCounts total);

    /// <summary>Tells the first rejected row of this work, in words, before the unit that holds it is reported. Must not block. By default nobody
    /// asks.</summary>
    void FirstRejected(string row)
    {
    }
}
