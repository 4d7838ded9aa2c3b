using BatchEngine.Domain;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Scorer.Memory;
using BatchEngine.Scorer.Sharding;
using BatchEngine.Storage.Blobs;

namespace BatchEngine.Host.Adapters;

/// <summary>Lets a worker score a shard, with the plan's model and base in memory. Thread-safe.</summary>
internal sealed class ShardScorer(LoadedModels models, BaseSnapshots bases, IBlobStore blobs, InputFiles files, MemoryCeiling? ceiling) : IShardScorer
{
    /// <inheritdoc/>
    public async Task<ShardEnding> ScoreAsync(RunPlan plan, Shard shard, Lease lease, Checkpoint from, IShardProgress progress, CancellationToken ct)
    {
        var model = await models.GetAsync(plan, ct).ConfigureAwait(false);
        var snapshot = await bases.HoldAsync(plan, ct).ConfigureAwait(false);
        try
        {
            var work = new ShardWork(plan, shard, lease.Fence, from, model, blobs) { Base = snapshot, Files = files, Ceiling = ceiling };
            return await ShardPass.RunAsync(work, progress, ct).ConfigureAwait(false);
        }
        finally
        {
            snapshot?.Release();
        }
    }
}
