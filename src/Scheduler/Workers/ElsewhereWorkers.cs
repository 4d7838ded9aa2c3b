using BatchEngine.Domain;
using BatchEngine.Scheduler.Leasing;

namespace BatchEngine.Scheduler.Workers;

/// <summary>No workers of this process: whoever works on the run does so elsewhere, and may come and go. Safe for several runs at once.</summary>
/// <param name="stores">Where it is seen how far they are.</param>
/// <param name="clock">For the looks.</param>
public sealed class ElsewhereWorkers(RunStores stores, TimeProvider clock) : IWorkerFleet
{
    /// <summary>How often it is looked whether the run is complete.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task RunAsync(RunPlan plan, ProgressBoard board, CancellationToken drain, CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(drain, ct);
        while (!drain.IsCancellationRequested)
        {
            ct.ThrowIfCancellationRequested();
            if (await IsOverAsync(plan, ct).ConfigureAwait(false))
                return;
            await Task.Delay(LookEvery, clock, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> IsOverAsync(RunPlan plan, CancellationToken ct)
    {
        try
        {
            return await stores.Runs.FindAsync(plan.Run, ct).ConfigureAwait(false) is not { State: RunState.Scoring }
                || await stores.Receipts.CountAsync(plan.Run, ct).ConfigureAwait(false) >= plan.Shards.Count;
        }
        catch (StorageFailedException failure) when (failure.IsTransient)
        {
            // Workers go on meanwhile, and so does the run.
            return false;
        }
    }
}
