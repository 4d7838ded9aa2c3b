using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Planning;

namespace BatchEngine.Scheduler.Runs;

/// <summary>Workers score the shards until every receipt is in.</summary>
internal static class ScoringPhase
{
    /// <summary>Works until the run leaves the state Scoring, or the caller is asked to leave.</summary>
    /// <param name="scene">The run.</param>
    /// <param name="checkInput">Whether the run was planned by an earlier call, so that the input may have changed.</param>
    /// <param name="drain">Asks the workers to leave.</param>
    /// <param name="ct">Stops at once.</param>
    public static async Task RunAsync(RunScene scene, bool checkInput, CancellationToken drain, CancellationToken ct)
    {
        var (services, plan) = (scene.Services, scene.Plan);
        if (await MissingAsync(scene, ct).ConfigureAwait(false) > 0)
        {
            if (checkInput && RunPlanner.Change(plan.Manifest, await services.Preparation.FreezeInputAsync(plan.Job, plan.Run, ct)
                .ConfigureAwait(false)) is { } change)
            {
                await scene.FailAsync(RunState.Scoring,
                    $"{change} since the run was planned. Restore the input and resume, or start a run at another instant.", ct).ConfigureAwait(false);
                return;
            }
            await KeptSegments.RecordAsync(scene, ct).ConfigureAwait(false);
            await WorkAsync(scene, drain, ct).ConfigureAwait(false);
        }
        if (await services.Runs.FindAsync(plan.Run, ct).ConfigureAwait(false) is not { State: RunState.Scoring })
            return;
        var missing = await MissingAsync(scene, ct).ConfigureAwait(false);
        if (missing == 0)
            await CloseAsync(scene, ct).ConfigureAwait(false);
        else if (!drain.IsCancellationRequested)
            await scene.FailAsync(RunState.Scoring, string.Create(CultureInfo.InvariantCulture,
                $"All workers ended while {missing} of {plan.Shards.Count} shards are not done. The decisions of the run say how each ended; mend the cause and resume."), ct).ConfigureAwait(false);
    }

    private static async Task WorkAsync(RunScene scene, CancellationToken drain, CancellationToken ct)
    {
        var fleet = FleetFor(scene);
        var board = new ProgressBoard();
        var watch = new ProgressWatch(scene, board);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var watching = watch.RunAsync(over.Token);
        try
        {
            await fleet.RunAsync(scene.Plan, board, drain, ct).ConfigureAwait(false);
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(false);
        }
        await watch.LookAsync(ct).ConfigureAwait(false);
    }

    private static IWorkerFleet FleetFor(RunScene scene) => scene.Plan.Job.WorkerMode switch
    {
        WorkerMode.InProcess => scene.Settings.InProcess,
        WorkerMode.ChildProcess => scene.Settings.ChildProcesses ?? throw new BadInputException(
            $"job {scene.Plan.Job.Name}, workerMode", "ChildProcess", "InProcess in this program",
                "Run the job with the batchengine command, or set workerMode: inProcess in its file."),
        _ => throw new InvariantBrokenException("every worker mode has its workers", scene.Plan.Job.WorkerMode.ToString()),
    };

    private static async Task<int> MissingAsync(RunScene scene, CancellationToken ct) =>
        scene.Plan.Shards.Count - await scene.Services.Leases.ReceiptCountAsync(scene.Run, ct).ConfigureAwait(false);

    // The counts are asserted here, where they are read back, and again by the publication (I2).
    private static async Task CloseAsync(RunScene scene, CancellationToken ct)
    {
        var receipts = await scene.Services.Leases.ReceiptsAsync(scene.Run, ct).ConfigureAwait(false);
        var total = receipts.Aggregate(default(RowCounts), (sum, r) => sum + r.Final.Counts);
        if (!total.AddsUp || total.Read != scene.Plan.Manifest.Rows)
            throw new InvariantBrokenException("receipts add up to the manifest", $"run {scene.Run}: {total} of {scene.Plan.Manifest.Rows} rows");
        if (scene.Plan.Job.Rejects.IsExceededBy(total.Rejected, total.Read))
            await scene.FailAsync(RunState.Scoring, ProgressWatch.RejectReason(scene.Plan, total.Rejected, total.Read), ct).ConfigureAwait(false);
        else
            await scene.MoveAsync(RunState.Scoring, RunState.Sealing, "", ct).ConfigureAwait(false);
    }
}
