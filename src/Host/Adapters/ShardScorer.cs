using BatchEngine.Domain;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scorer.Memory;
using BatchEngine.Scorer.Sharding;
using BatchEngine.Storage.Blobs;

namespace BatchEngine.Host.Adapters;

/// <summary>Lets a worker score a shard. Thread-safe.</summary>
internal sealed class ShardScorer(LoadedModels models, BaseSnapshots bases, IBlobStore blobs, MemoryCeiling? ceiling) : IShardScorer
{
    /// <inheritdoc/>
    public async Task<ShardReceipt?> ScoreAsync(RunPlan plan, Shard shard, Lease lease, Checkpoint from, IShardProgress progress, CancellationToken ct)
    {
        var model = await models.GetAsync(plan, ct).ConfigureAwait(false);
        var snapshot = await bases.HoldAsync(plan, ct).ConfigureAwait(false);
        try
        {
            var work = new ShardWork(plan, shard, lease.Fence, from, model, blobs) { Base = snapshot, Interruption = progress.Stop, Ceiling = ceiling };
            return await ShardScoring.RunAsync(work, new Sink(progress), ct).ConfigureAwait(false) switch
            {
                ShardOutcome.Finished done => done.Receipt,
                ShardOutcome.Interrupted => null,
                var other => throw new InvariantBrokenException("a shard is finished or interrupted", other.GetType().Name),
            };
        }
        finally
        {
            snapshot?.Release();
        }
    }

    private sealed class Sink(IShardProgress progress) : ICheckpointSink
    {
        public Task SaveAsync(Checkpoint checkpoint, CancellationToken ct) => progress.SaveAsync(checkpoint, ct);

        public void Report(RowCounts total) => progress.Report(total);
    }
}
