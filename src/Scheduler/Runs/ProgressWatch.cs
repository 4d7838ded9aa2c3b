using BatchEngine.Domain;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Workers;
using BatchEngine.Storage.Database.Leases;

namespace BatchEngine.Scheduler.Runs;

/// <summary>Looks at a run while it is scored: tells how far it is, and stops it when too many rows are rejected or too much is spent. Used by one
/// coordinator.</summary>
internal sealed class ProgressWatch(RunContext context, ProgressBoard board)
{
    // Rows of workers elsewhere are seen at their checkpoints only, which come in bursts.
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WindowElsewhere = TimeSpan.FromMinutes(1);

    // A look reads a row a shard: of 16,384 shards it takes a good part of a second.
    private static readonly TimeSpan PerShard = TimeSpan.FromMilliseconds(0.25);
    private readonly Queue<(DateTimeOffset At, long Rows)> _samples = new();

    /// <summary>Looks again and again until <paramref name="stop"/>; its end is not a failure.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await LookAsync(stop).ConfigureAwait(false);
                await Task.Delay(Every, context.Services.Clock, stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (StorageFailedException failure) when (failure.IsTransient)
            {
                // Progress can be missed once; whoever writes reports the failing database.
            }
        }
    }

    private TimeSpan Every
    {
        get
        {
            var least = context.HasOwnWorkers ? context.Settings.Leases.ProgressEvery : ElsewhereWorkers.LookEvery;
            var byShards = context.Plan.Shards.Count * PerShard;
            return byShards > least ? byShards : least;
        }
    }

    /// <summary>Tells once how far the run is, and fails it when more rows are rejected than the job allows.</summary>
    public async Task LookAsync(CancellationToken ct)
    {
        var shards = await context.Stores.Claims.ProgressAsync(context.Run, ct).ConfigureAwait(false);
        var now = context.Services.Clock.GetUtcNow();
        foreach (var shard in shards.Where(s => s.State == ShardState.Leased && s.Worker is not null))
            board.Observe(shard.Worker!, shard.Counts.Read, now);
        var rows = shards.Sum(s => s.State == ShardState.Done ? s.Rows : Math.Min(s.Rows, board.RowsOf(s.Index, s.Counts.Read)));
        await context.Crew.LookAsync(shards, now, ct).ConfigureAwait(false);
        await context.Deadline.LookNowAndThenAsync(shards.Sum(s => s.State == ShardState.Done ? s.Rows : s.Counts.Read), now, ct).ConfigureAwait(false);
        var window = shards.Any(s => s.State == ShardState.Leased && !board.Knows(s.Index)) ? WindowElsewhere : Window;
        context.Report(new RunProgress(
            context.Run, RunState.Scoring, rows, context.Plan.Manifest.Rows, Speed(now, rows, window),
            shards.Count(s => s.State == ShardState.Leased), shards.Count(s => s.State == ShardState.Done), shards.Count, 0, context.Plan.PartitionCount)
        {
            NobodySince = context.Crew.NobodySince,
            LateEnd = context.Deadline.LateEnd,
        });
        var rejected = shards.Sum(s => s.Counts.Rejected);
        if (rejected > context.Plan.Job.Rejects.MaxRows)
            await context.StopAsync(RunState.Scoring, RejectReason(context.Plan, rejected, shards.Sum(s => s.Counts.Read)), ct).ConfigureAwait(false);
        else if (await context.Budget.LookNowAndThenAsync(ct).ConfigureAwait(false) is { } overBudget)
            await context.StopAsync(RunState.Scoring, overBudget, ct).ConfigureAwait(false);
    }

    /// <summary>Why the reject budget ends the run.</summary>
    public static string RejectReason(RunPlan plan, long rejected, long read) =>
        new RejectBudgetExceededException(rejected, read, plan.Job.Rejects,
            "see the run's dead-letter files, which name file, row group, row and reason").Message
        + " Then run the job at another instant: a resume finds the same rows.";

    private Measured<double> Speed(DateTimeOffset now, long rows, TimeSpan window)
    {
        _samples.Enqueue((now, rows));
        while (_samples.Count > 2 && now - _samples.Peek().At > WindowElsewhere)
            _samples.Dequeue();
        var (at, before) = _samples.FirstOrDefault(s => now - s.At <= window, _samples.Peek());
        return now > at && rows >= before ? Measured<double>.Of((rows - before) / (now - at).TotalSeconds) : Measured<double>.NotMeasured("too early to tell");
    }
}
