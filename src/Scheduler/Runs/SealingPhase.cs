using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Scheduler.Workers;
using BatchEngine.Storage.Database.Leases;

namespace BatchEngine.Scheduler.Runs;

/// <summary>Sealers build one segment a partition from the run files of all receipts, here and wherever else workers are; partitions already recorded are
/// skipped.</summary>
internal static class SealingPhase
{
    /// <summary>Works until the run leaves the state Sealing, or the caller is asked to leave.</summary>
    /// <param name="context">The run.</param>
    /// <param name="drain">Asks the sealers of this process to leave.</param>
    /// <param name="ct">Stops at once.</param>
    public static async Task RunAsync(RunContext context, CancellationToken drain, CancellationToken ct)
    {
        var (units, plan) = (context.Stores.SealUnits, context.Plan);
        var sealers = context.HasOwnWorkers ? context.Settings.MaxSealers : 0;
        // A coordinator without sealers of its own only waits, and the sealers elsewhere meter their own time.
        if (sealers > 0)
            await context.BeginOverheadAsync(ct).ConfigureAwait(false);
        await context.Deadline.LookMissedAsync(ct).ConfigureAwait(false);
        if (await context.StopsByBudgetAsync(RunState.Sealing, ct).ConfigureAwait(false))
            return;
        await units.CutAsync(context.Lead, SealUnit.Of(plan.PartitionCount), ct).ConfigureAwait(false);
        if (sealers > 0)
            await SealAsync(context, sealers, drain, ct).ConfigureAwait(false);
        else
            await WaitAsync(context, drain, ct).ConfigureAwait(false);

        var progress = await LookAsync(context, ct).ConfigureAwait(false);
        if (progress.FirstOrDefault(u => u.Stop is not null)?.Stop is { } stop)
            await context.FailAsync(RunState.Sealing, stop.Reason, stop.StopsAgain, ct).ConfigureAwait(false);
        else if (progress.All(u => u.State == ShardState.Done))
            await context.MoveAsync(RunState.Sealing, RunState.Judging, "", ct).ConfigureAwait(false);
    }

    private static async Task SealAsync(RunContext context, int sealers, CancellationToken drain, CancellationToken ct)
    {
        var services = context.Services;
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(drain);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var loop = new SealLoop(new SealServices(services.Stores, services.Log, context.Settings.Processes, services.Clock), context.Settings.Leases,
            context.Plan);
        var board = new ProgressBoard();
        var watching = WatchAsync(context, over.Token);
        try
        {
            await TellOfOthersAsync(context, ct).ConfigureAwait(false);
            var options = new ParallelOptions { MaxDegreeOfParallelism = sealers, CancellationToken = ct };
            await Parallel.ForAsync(0, sealers, options, async (sealer, token) =>
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"{context.Settings.Holder}-s{sealer}");
                // When one finds what stops the run, the others leave after the segment in hand.
                if (await loop.RunAsync(name, offering: null, board, leave.Token, token).ConfigureAwait(false) is SealOutcome.Stopped)
                    await leave.CancelAsync().ConfigureAwait(false);
            }).ConfigureAwait(false);
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await watching.ConfigureAwait(false);
        }
    }

    // Before the sealers of this call start, every lease is another's: of a worker elsewhere, or of one that died.
    private static async Task TellOfOthersAsync(RunContext context, CancellationToken ct)
    {
        if (context.Settings.Processes is { } processes)
            await DeadHolders.ExpireAsync(context.Stores.SealUnits, processes, context.Run, ct).ConfigureAwait(false);
        var others = (await context.Stores.SealUnits.ProgressAsync(context.Run, ct).ConfigureAwait(false)).Where(u => u.State == ShardState.Leased).ToList();
        if (others.Count > 0)
            context.Say(RunEventKind.WaitingForSealUnits, string.Join(", ", others.Select(u => u.Worker).Distinct().Take(3)),
                string.Create(CultureInfo.InvariantCulture, $"{others.Count} seal units are leased by others; when these have died, ")
                + $"work goes on within {Figures.Duration(context.Settings.Leases.Ttl)}");
    }

    private static async Task WatchAsync(RunContext context, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await LookAsync(context, stop).ConfigureAwait(false);
                await Task.Delay(context.Settings.Leases.ProgressEvery, context.Services.Clock, stop).ConfigureAwait(false);
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

    private static async Task WaitAsync(RunContext context, CancellationToken drain, CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(drain, ct);
        while (!drain.IsCancellationRequested)
        {
            ct.ThrowIfCancellationRequested();
            if (await IsOverAsync(context, ct).ConfigureAwait(false))
                return;
            await Task.Delay(ElsewhereWorkers.LookEvery, context.Services.Clock, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<bool> IsOverAsync(RunContext context, CancellationToken ct)
    {
        try
        {
            if (await context.Stores.Runs.FindAsync(context.Run, ct).ConfigureAwait(false) is not { State: RunState.Sealing })
                return true;
            var units = await LookAsync(context, ct).ConfigureAwait(false);
            await context.Crew.LookAsync(units, context.Services.Clock.GetUtcNow(), ct).ConfigureAwait(false);
            return units.Any(u => u.Stop is not null) || units.All(u => u.State == ShardState.Done);
        }
        catch (StorageFailedException failure) when (failure.IsTransient)
        {
            // Sealers go on meanwhile, and so does the run.
            return false;
        }
    }

    private static async Task<IReadOnlyList<SealUnitProgress>> LookAsync(RunContext context, CancellationToken ct)
    {
        var (plan, units) = (context.Plan, await context.Stores.SealUnits.ProgressAsync(context.Run, ct).ConfigureAwait(false));
        context.Report(new RunProgress(plan.Run, RunState.Sealing, plan.Manifest.Rows, plan.Manifest.Rows, Measured<double>.NotMeasured("all rows are scored"),
            units.Count(u => u.State == ShardState.Leased), plan.Shards.Count, plan.Shards.Count, units.Sum(u => u.Sealed), plan.PartitionCount)
        {
            NobodySince = context.Crew.NobodySince,
        });
        return units;
    }
}
