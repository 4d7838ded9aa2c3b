using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Leasing;

/// <summary>Where a scorer says how far it is. Called from one thread at a time.</summary>
public interface IShardProgress
{
    /// <summary>Whether the worker is asked to leave: finish the unit, save a checkpoint and stop. The save then throws <see cref="OperationCanceledException"/>, which is passed on.</summary>
    bool StopRequested { get; }

    /// <summary>Stores a checkpoint under the fence; when it returns, a resume starts there.</summary>
    /// <exception cref="FenceLostException">Another worker owns the shard now.</exception>
    /// <exception cref="OperationCanceledException">The checkpoint is stored and the worker is asked to leave.</exception>
    Task SaveAsync(Checkpoint checkpoint, CancellationToken ct);

    /// <summary>Says how many rows of the whole shard are done, checkpointed or not; cheap, for progress bars.</summary>
    void Report(RowCounts total);
}
