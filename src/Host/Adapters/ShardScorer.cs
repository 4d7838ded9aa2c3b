using BatchEngine.Domain;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scorer.Sharding;
using BatchEngine.Storage.Blobs;

namespace BatchEngine.Host.Adapters;

/// <summary>Lets a worker score a shard. Thread-safe.</summary>
internal sealed class ShardScorer(LoadedModels models, IBlobStore blobs) : IShardScorer
{
    /// <inheritdoc/>
    public async Task<ShardReceipt> ScoreAsync(RunPlan plan, Shard shard, Lease lease, Checkpoint from, IShardProgress progress, CancellationToken ct)
    {
        var model = await models.GetAsync(plan, ct).ConfigureAwait(false);
        using var asked = new CancellationTokenSource();
        var work = new ShardWork(plan, shard, lease.Fence, from, model, blobs) { Interruption = asked.Token };
        return await ShardScoring.RunAsync(work, new Sink(progress, asked), ct).ConfigureAwait(false) switch
        {
            ShardOutcome.Finished done => done.Receipt,
            ShardOutcome.Interrupted => throw new OperationCanceledException("The worker was asked to leave; its checkpoint is saved."),
            var other => throw new InvariantBrokenException("a shard is finished or interrupted", other.GetType().Name),
        };
    }

    private sealed class Sink(IShardProgress progress, CancellationTokenSource asked) : ICheckpointSink
    {
        public async Task SaveAsync(Checkpoint checkpoint, CancellationToken ct)
        {
            await progress.SaveAsync(checkpoint, ct).ConfigureAwait(false);
            Ask();
        }

        public void Report(RowCounts total)
        {
            progress.Report(total);
            Ask();
        }

        private void Ask()
        {
            if (progress.StopRequested && !asked.IsCancellationRequested)
                asked.Cancel();
        }
    }
}
