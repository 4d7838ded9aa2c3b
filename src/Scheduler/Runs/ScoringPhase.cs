using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Planning;
using BatchEngine.Scheduler.Workers;
using BatchEngine.Storage.Database.Leases;

namespace BatchEngine.Scheduler.Runs;

/// <summary>Workers score the shards until every receipt is in.</summary>
internal static class ScoringPhase
{
    /// <summary>Works until the run leaves the state Scoring, or the caller is asked to leave.</summary>
    /// <param name="context">The run.</param>
    /// <param name="checkInput">Whether the run was planned by an earlier call, so that the input may have changed.</param>
    /// <param name="drain">Asks the workers to leave.</param>
    /// <param name="ct">Stops at once.</param>
    public static async Task RunAsync(RunContext context, bool checkInput, CancellationToken drain, CancellationToken ct)
    {
        var (services, plan) = (context.Services, context.Plan);
        if (await MissingAsync(context, ct).ConfigureAwait(false) > 0)
        {
            if (checkInput && RunPlanner.Change(plan.Manifest, await services.Ports.Preparation.FreezeInputAsync(plan.Job, plan.Run, ct)
                .ConfigureAwait(false)) is { } change)
            {
                await context.FailAsync(RunState.Scoring,
                    $"{change} since the run was planned. Restore the input with its modification time (cp -p) and resume, or start a run at another instant.",
                        false, ct).ConfigureAwait(false);
                return;
            }
            await KeptSegments.RecordAsync(context, ct).ConfigureAwait(false);
            await WorkAsync(context, drain, ct).ConfigureAwait(false);
        }
        if (await services.Stores.Runs.FindAsync(plan.Run, ct).ConfigureAwait(false) is not { State: RunState.Scoring })
            return;
        var missing = await MissingAsync(context, ct).ConfigureAwait(false);
        if (missing == 0)
            await CloseAsync(context, ct).ConfigureAwait(false);
        else if (!drain.IsCancellationRequested)
            await context.FailAsync(RunState.Scoring,
                string.Create(CultureInfo.InvariantCulture, $"All workers ended while {missing} of {plan.Shards.Count} shards are not done. ")
                + "The decisions of the run say how each ended; mend the cause and resume.", false, ct).ConfigureAwait(false);
    }

    private static async Task WorkAsync(RunContext context, CancellationToken drain, CancellationToken ct)
    {
        await TellOfOthersAsync(context, ct).ConfigureAwait(false);
        var fleet = FleetFor(context);
        var board = new ProgressBoard();
        var watch = new ProgressWatch(context, board);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var watching = watch.RunAsync(over.Token);
        try
        {
            await fleet.RunAsync(context.Plan, board, drain, ct).ConfigureAwait(false);
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(false);
        }
        await watch.LookAsync(ct).ConfigureAwait(false);
    }

    // Before the workers of this call start, every lease is another's: of a worker elsewhere, or of one that died and whose lease must run out.
    private static async Task TellOfOthersAsync(RunContext context, CancellationToken ct)
    {
        if (context.Settings.Processes is { } processes)
            await DeadHolders.ExpireAsync(context.Stores.Claims, processes, context.Run, ct).ConfigureAwait(false);
        var others = (await context.Stores.Claims.ProgressAsync(context.Run, ct).ConfigureAwait(false)).Where(s => s.State == ShardState.Leased).ToList();
        if (others.Count > 0)
            context.Say(RunEventKind.WaitingForShards, string.Join(", ", others.Select(s => s.Worker).Distinct().Take(3)),
                string.Create(CultureInfo.InvariantCulture,
                    $"{others.Count} of {context.Plan.Shards.Count} shards are leased by others; when these have died, ")
                + $"work goes on within {Figures.Duration(context.Settings.Leases.Ttl)}");
    }

    private static IWorkerFleet FleetFor(RunContext context) => context.Plan.Job.WorkerMode switch
    {
        _ when !context.HasOwnWorkers => new ElsewhereWorkers(context.Stores, context.Services.Clock),
        WorkerMode.InProcess => context.Settings.InProcess,
        WorkerMode.ChildProcess => context.Settings.ChildProcesses ?? throw new BadInputException(
            $"job {context.Plan.Job.Name}, workerMode", "ChildProcess", "InProcess in this program",
                "Run the job with the batchengine command, or set workerMode: inProcess in its file."),
        _ => throw new InvariantBrokenException("every worker mode has its workers", context.Plan.Job.WorkerMode.ToString()),
    };

    private static async Task<int> MissingAsync(RunContext context, CancellationToken ct) =>
        context.Plan.Shards.Count - await context.Stores.Receipts.CountAsync(context.Run, ct).ConfigureAwait(false);

    // The counts are asserted here, where they are read back, and again by the publication (I2).
    private static async Task CloseAsync(RunContext context, CancellationToken ct)
    {
        var receipts = await context.Stores.Receipts.ListAsync(context.Run, ct).ConfigureAwait(false);
        var total = receipts.Aggregate(default(RowCounts), (sum, r) => sum + r.Final.Counts);
        if (!total.AddsUp || total.Read != context.Plan.Manifest.Rows)
            throw new InvariantBrokenException("receipts add up to the manifest", $"run {context.Run}: {total} of {context.Plan.Manifest.Rows} rows");
        if (context.Plan.Job.Rejects.IsExceededBy(total.Rejected, total.Read))
            await context.FailAsync(RunState.Scoring, ProgressWatch.RejectReason(context.Plan, total.Rejected, total.Read), true, ct).ConfigureAwait(false);
        else
            await context.MoveAsync(RunState.Scoring, RunState.Sealing, "", ct).ConfigureAwait(false);
    }
}
