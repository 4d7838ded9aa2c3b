using System.Collections.Concurrent;
using BatchEngine.Domain;
using BatchEngine.Scorer.Sharding;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Snapshots.RunFiles;
using BatchEngine.Storage.Snapshots.Segments;

namespace BatchEngine.Scorer.Measuring;

/// <summary>A run from Parquet to published bytes without its database: every shard scored by the workers, profiled and written as Parquet and as run files,
/// then one segment a partition. Each call is its own run.</summary>
public static class WholeRun
{
    /// <summary>Runs it.</summary>
    /// <param name="model">What is run.</param>
    /// <param name="workers">Threads that score, and then build segments.</param>
    /// <param name="folder">Gets the files; an empty folder of the caller, who removes it.</param>
    /// <param name="progress">Told the rows that were scored; null means nobody listens.</param>
    /// <param name="ct">Stops it; files are left in the folder.</param>
    /// <returns>The figures of scoring and of sealing, and the receipts in shard order.</returns>
    public static async Task<(StageFigures Scored, StageFigures Sealed, IReadOnlyList<ShardReceipt> Receipts)> RunAsync(MeasuredModel model, int workers,
        string folder, IProgress<long>? progress, CancellationToken ct)
    {
        var blobs = new LocalFolderBlobs(folder);
        var plan = model.Plan;
        var receipts = new ShardReceipt[plan.Shards.Count];
        var scored = await StageFigures.OfAsync(StageNames.EndToEnd, plan.Manifest.Rows, workers, async () =>
        {
            var waiting = new ConcurrentQueue<Shard>(plan.Shards);
            await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(async () =>
            {
                while (waiting.TryDequeue(out var shard))
                    receipts[shard.Index] = await ScoreAsync(model, shard, blobs, progress, ct).ConfigureAwait(false);
            }, ct))).ConfigureAwait(false);
            return model.Model.Name;
        }).ConfigureAwait(false);
        var sources = receipts.SelectMany(r => r.Final.Artifacts).Where(a => a.Kind == ArtifactKind.RunFile)
            .Select(a => RunFileSource.FromPath(blobs.LocalPath(a.BlobName)!)).ToArray();
        using var buffers = new SealBuffersPool();
        var built = await StageFigures.OfAsync(StageNames.Segments, plan.Manifest.Rows, workers, async () =>
        {
            await Parallel.ForAsync(0, plan.PartitionCount, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = ct },
                async (partition, token) =>
            {
                await using var blob = await blobs.CreateAsync($"segments/{partition}", token).ConfigureAwait(false);
                var own = buffers.Take();
                SegmentBuilder.Build(new SegmentRequest(partition, plan.PartitionCount, plan.KeyKind, plan.Outputs.Count, sources, plan.Job.DuplicateKeys),
                    blob.Content, own, token);
                buffers.Return(own);
                await blob.CommitAsync(token).ConfigureAwait(false);
            }).ConfigureAwait(false);
            return $"{plan.PartitionCount} segments";
        }).ConfigureAwait(false);
        return (scored, built, receipts);
    }

    private static async Task<ShardReceipt> ScoreAsync(MeasuredModel model, Shard shard, LocalFolderBlobs blobs, IProgress<long>? progress,
        CancellationToken ct)
    {
        var outcome = await ShardPass.RunAsync(new ShardWork(model.Plan, shard, new FenceToken(1), Checkpoint.Start, model.Model, blobs),
            new Listener(progress), ct).ConfigureAwait(false);
        return outcome is ShardEnding.Finished finished ? finished.Receipt
            : throw new InvariantBrokenException("a shard that nobody interrupts is finished", outcome.ToString());
    }

    private sealed class Listener(IProgress<long>? progress) : IShardProgress
    {
        private long _told;

        public Task SaveAsync(Checkpoint checkpoint, CancellationToken ct) => Task.CompletedTask;

        public void Report(RowCounts total)
        {
            progress?.Report(total.Read - _told);
            _told = total.Read;
        }
    }
}
