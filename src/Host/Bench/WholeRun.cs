using System.Runtime.ExceptionServices;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Workers;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Measuring;
using BatchEngine.Scorer.Sharding;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Leases;

namespace BatchEngine.Host.Bench;

/// <summary>A run from Parquet to published bytes: a night's own workers lease every shard from a database in the folder, score and profile it, write it as
/// Parquet and as run files, and commit it; then one segment a partition is built. Each call is its own run.</summary>
internal static class WholeRun
{
    /// <summary>Scores and seals the planned run on a fresh database in the folder, and says how long each part took.</summary>
    /// <param name="plan">What is scored.</param>
    /// <param name="model">Opened for the plan's features; stays the caller's.</param>
    /// <param name="workers">Threads that score, and then build segments.</param>
    /// <param name="folder">Gets the files and the database; empty or not there, and the caller removes it.</param>
    /// <param name="ct">Stops it; files are left in the folder.</param>
    /// <returns>The figures of scoring, leases and checkpoints included, and of sealing.</returns>
    /// <exception cref="BatchEngineException">A shard cannot be scored.</exception>
    public static async Task<(StageFigures Scored, StageFigures Sealed)> RunAsync(RunPlan plan, LoadedModel model, int workers, string folder,
        CancellationToken ct)
    {
        plan = plan with { Chosen = plan.Chosen with { Workers = workers } };
        Directory.CreateDirectory(folder);
        var blobs = new LocalFolderBlobs(folder);
        var database = await StateDatabase.OpenAsync(Path.Combine(folder, "state.db"), TimeProvider.System, ct).ConfigureAwait(false);
        await using var closing = database.ConfigureAwait(false);
        var stores = RunStores.Over(database, blobs);
        await stores.Runs.CreateAsync(plan, ct).ConfigureAwait(false);
        if (await stores.Lead.TryTakeAsync(plan.Run, "bench", LeasePolicy.Default.Ttl, ct).ConfigureAwait(false) is not LeadOutcome.Taken led)
            throw new InvariantBrokenException("nobody else leads a run of the bench", plan.Run.ToString());
        await stores.Runs.MoveAsync(led.Lead, RunState.Planned, RunState.Scoring, "", null, ct).ConfigureAwait(false);
        var scorer = new OneModelScorer(model, blobs);
        var fleet = new InProcessWorkers(new WorkerServices(stores, scorer, new NoLog(), TimeProvider.System), LeasePolicy.Default, "bench");
        var scored = await StageFigures.OfAsync(StageNames.EndToEnd, plan.Manifest.Rows, workers, async () =>
        {
            await fleet.RunAsync(plan, new ProgressBoard(), CancellationToken.None, ct).ConfigureAwait(false);
            return model.Name;
        }).ConfigureAwait(false);
        scorer.ThrowFailure();
        var receipts = await stores.Receipts.ListAsync(plan.Run, ct).ConfigureAwait(false);
        if (receipts.Count != plan.Shards.Count)
            throw new InvariantBrokenException("a run that nobody stops has a receipt of every shard", $"{receipts.Count} of {plan.Shards.Count}");
        return (scored, await SealAsync(plan, led.Lead, workers, stores, ct).ConfigureAwait(false));
    }

    private static async Task<StageFigures> SealAsync(RunPlan plan, Lead lead, int workers, RunStores stores, CancellationToken ct)
    {
        await stores.Runs.MoveAsync(lead, RunState.Scoring, RunState.Sealing, "", null, ct).ConfigureAwait(false);
        await stores.SealUnits.CutAsync(lead, SealUnit.Of(plan.PartitionCount), ct).ConfigureAwait(false);
        using var loop = new SealLoop(new SealServices(stores, new NoLog(), null, TimeProvider.System), LeasePolicy.Default, plan);
        var board = new ProgressBoard();
        return await StageFigures.OfAsync(StageNames.Segments, plan.Manifest.Rows, workers, async () =>
        {
            await Parallel.ForAsync(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = ct },
                async (sealer, token) => await loop.RunAsync($"bench-s{sealer}", null, board, CancellationToken.None, token).ConfigureAwait(false))
                .ConfigureAwait(false);
            return $"{plan.PartitionCount} segments";
        }).ConfigureAwait(false);
    }

    private sealed class NoLog : IRunLog
    {
        public void Write(RunEvent happened)
        {
        }
    }

    // Workers record a failure and end the run; whoever measures wants to see it.
    private sealed class OneModelScorer(LoadedModel model, LocalFolderBlobs blobs) : IShardScorer
    {
        private Exception? _first;

        public void ThrowFailure()
        {
            if (_first is not null)
                ExceptionDispatchInfo.Throw(_first);
        }

        public async Task<ShardEnding> ScoreAsync(RunPlan plan, Shard shard, Lease lease, Checkpoint from, IShardProgress progress, CancellationToken ct)
        {
            try
            {
                return await ShardPass.RunAsync(new ShardWork(plan, shard, lease.Fence, from, model, blobs), progress, ct).ConfigureAwait(false);
            }
            catch (BatchEngineException failure)
            {
                Interlocked.CompareExchange(ref _first, failure, null);
                throw;
            }
        }
    }
}
