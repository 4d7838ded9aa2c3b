using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Leasing;

/// <summary>Where a scorer says how far it is. Called from one thread at a time.</summary>
public interface IShardProgress
{
    /// <summary>Cancelled when the worker is asked to leave: finish the unit, save a checkpoint and return null. A scorer that does not come to it in time is
    /// stopped at once.</summary>
    CancellationToken Stop { get; }

    /// <summary>Stores a checkpoint under the fence; when it returns, a resume starts there.</summary>
    /// <exception cref="FenceLostException">Another worker owns the shard now.</exception>
    Task SaveAsync(Checkpoint checkpoint, CancellationToken ct);

    /// <summary>Says how many rows of the whole shard are done, checkpointed or not; cheap, for progress bars.</summary>
    void Report(RowCounts total);
}
