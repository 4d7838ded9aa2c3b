using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Leasing;

/// <summary>Scores one shard. Safe for several threads; each call is one shard under one fence.</summary>
public interface IShardScorer
{
    /// <summary>Scores the units from <paramref name="from"/> on. Ends with <see cref="ShardEnding.Finished"/>, whose receipt the caller commits, or with
    /// <see cref="ShardEnding.Stopped"/>.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="shard">The shard.</param>
    /// <param name="lease">The lease; every blob is named by its run, shard and fence.</param>
    /// <param name="from">What is already durable; exactly those units are skipped.</param>
    /// <param name="progress">Where checkpoints go. A failure from it ends the scoring and must not be swallowed.</param>
    /// <param name="ct">Stops at once; what was not checkpointed is done again by the next holder.</param>
    /// <exception cref="FenceLostException">Passed on from <paramref name="progress"/>.</exception>
    /// <exception cref="BatchEngineException">The input, the model or the disk; <see cref="BatchEngineException.IsTransient"/> says whether the shard is
    /// tried again.</exception>
    Task<ShardEnding> ScoreAsync(RunPlan plan, Shard shard, Lease lease, Checkpoint from, IShardProgress progress, CancellationToken ct);
}
