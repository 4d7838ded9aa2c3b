namespace BatchEngine.Domain;

/// <summary>Where the work on a shard, or on a part of a one-shot scoring, says how far it is. Called from one thread at a time.</summary>
public interface IShardProgress
{
    /// <summary>Cancelled when the worker is asked to leave: finish the unit, save a checkpoint and end with <see cref="ShardEnding.Stopped"/>. Work that does
    /// not come to it in time is stopped at once. By default nobody asks.</summary>
    CancellationToken Stop => CancellationToken.None;

    /// <summary>Stores a checkpoint under the fence; when it returns, a resume starts there. Every artifact in it is already committed; saving the same
    /// checkpoint again changes nothing.</summary>
    /// <exception cref="FenceLostException">Another worker owns the shard now: a failure from here ends the scoring and must not be swallowed.</exception>
    Task SaveAsync(Checkpoint checkpoint, CancellationToken ct);

    /// <summary>Tells the rows of the whole shard that are done, durable or not, after each unit. Must not block.</summary>
    void Report(RowCounts total);

    /// <summary>Tells the first rejected row of this work, in words, before the unit that holds it is reported. Must not block. By default nobody
    /// listens.</summary>
    void FirstRejected(string row)
    {
    }
}
