using System.Diagnostics;
using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Storage.Database.Leases;

namespace BatchEngine.Scheduler.Workers;

/// <summary>Workers as child processes, so that one can be killed without the others. Safe for several runs at once.</summary>
/// <remarks>
/// A child's standard input is its leash: it is closed to ask the child to leave, and the system closes it when this process dies, so no child outlives its
/// coordinator for long.
/// A child that dies is an expected event: it is recorded, its lease expires at once, another worker takes the shard over, and a bounded number of children
/// are started in place of the dead.
/// </remarks>
/// <param name="services">Stores, log and clock; the scorer is not used here.</param>
/// <param name="policy">Restart bound, waits and drain grace.</param>
/// <param name="process">A name that no other process has at this time, for the workers' names.</param>
/// <param name="command">Gives the command of a child that works on the run under the worker's name until no shard is left, and ends with 0.</param>
public sealed class LocalProcessWorkers(WorkerServices services, LeasePolicy policy, string process, Func<RunPlan, string, ProcessStartInfo> command)
    : IWorkerFleet
{
    /// <summary>What this machine is rented as, for the last slice of a child that died. Default: this machine.</summary>
    public Offering Offering { get; init; } = Offering.Local;

    /// <inheritdoc/>
    public async Task RunAsync(RunPlan plan, ProgressBoard board, CancellationToken drain, CancellationToken ct)
    {
        var restartsLeft = policy.MaxWorkerRestarts;
        await Task.WhenAll(Enumerable.Range(0, plan.Chosen.Workers).Select(SlotAsync)).ConfigureAwait(false);

        async Task SlotAsync(int slot)
        {
            for (var life = 0; !drain.IsCancellationRequested; life++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"{process}-c{slot}.{life}");
                var startedAt = services.Clock.GetUtcNow();
                var exitCode = await LiveAsync(plan, name, drain, ct).ConfigureAwait(false);
                if (exitCode == 0 || ct.IsCancellationRequested)
                    return;
                var replace = !drain.IsCancellationRequested && Interlocked.Decrement(ref restartsLeft) >= 0
                    && await IsOpenAsync(plan, ct).ConfigureAwait(false);
                await MournAsync(plan, name, startedAt, exitCode, replace, board).ConfigureAwait(false);
                if (!replace)
                    return;
                await Task.Delay(policy.MinWait, services.Clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<int> LiveAsync(RunPlan plan, string name, CancellationToken drain, CancellationToken ct)
    {
        var start = command(plan, name);
        (start.RedirectStandardInput, start.UseShellExecute) = (true, false);
        using var child = Process.Start(start)
            ?? throw new StorageFailedException(start.FileName, "the worker process could not be started. Check that the program exists and may be executed.",
            isTransient: false);
        services.Log.Write(new RunEvent(RunEventKind.WorkerStarted, plan.Run, name, string.Create(CultureInfo.InvariantCulture, $"process {child.Id}")));
        using var impatient = new CancellationTokenSource(Timeout.InfiniteTimeSpan, services.Clock);
        await using var killed = ct.Register(impatient.Cancel);
        await using var leaving = drain.Register(() =>
        {
            CloseInput(child);
            // Twice the grace: the child drops an unfinished unit by itself after one.
            impatient.CancelAfter(policy.DrainGrace * 2);
        });
        try
        {
            await child.WaitForExitAsync(impatient.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            child.Kill(entireProcessTree: true);
            await child.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }
        return child.ExitCode;
    }

    private async Task<bool> IsOpenAsync(RunPlan plan, CancellationToken ct) =>
        await services.Stores.Runs.FindAsync(plan.Run, ct).ConfigureAwait(false) is { State: RunState.Scoring }
        && (await services.Stores.Claims.ProgressAsync(plan.Run, ct).ConfigureAwait(false)).Any(s => s.State != ShardState.Done);

    // The dead cannot write their last slice: from their last record to the end seen here they were paid for, and what they did since their last durable
    // write is lost.
    private async Task MournAsync(RunPlan plan, string name, DateTimeOffset startedAt, int exitCode, bool replace, ProgressBoard board)
    {
        var endedAt = services.Clock.GetUtcNow();
        var reason = string.Create(CultureInfo.InvariantCulture, $"its process ended with exit code {exitCode}; its lease ends with it");
        await services.Stores.Decisions.AppendAsync(
            new Decision(plan.Run, endedAt, DecisionSubject.WorkerLost, replace ? $"{name} is replaced" : $"{name} is not replaced", reason),
                CancellationToken.None)
            .ConfigureAwait(false);
        services.Log.Write(new RunEvent(RunEventKind.WorkerDied, plan.Run, name, reason));
        await ExpireLeasesAsync(plan, name).ConfigureAwait(false);
        await services.Stores.Workers.TurnAsync([name], WorkerState.Ended, null, null, CancellationToken.None).ConfigureAwait(false);
        var slices = (await services.Stores.Usage.ListAsync(plan.Run, CancellationToken.None).ConfigureAwait(false)).Where(u => u.Subject == name).ToList();
        var open = (await services.Stores.Slices.ListAsync(plan.Run, CancellationToken.None).ConfigureAwait(false)).FirstOrDefault(s => s.Subject == name)
            ?? UsageMeter.Slice(new MeteredSubject(plan.Run, name, UsageKind.BatchWorker, Offering)
            {
                BilledShare = Offering.ShareOf(plan.Chosen.Workers),
            },
                slices.Count == 0 ? startedAt : slices.Max(u => u.ToExclusive), endedAt, policy.RenewEvery);
        if (endedAt <= open.From)
            return;
        var durableAt = board.LastAdvance(name) is { } at && at > open.From ? at : open.From;
        open = open with { SeenAt = endedAt, Busy = endedAt - open.From, Rework = endedAt - durableAt };
        await services.Stores.Slices.EndAsync(open, from => from < endedAt ? [open.Usage(from, endedAt)] : [], null, CancellationToken.None)
            .ConfigureAwait(false);
        services.Log.Write(new RunEvent(RunEventKind.UsageRecorded, plan.Run, name, "last slice of a dead worker"));
    }

    // The process is known to have ended, so nobody renews its leases and there is nothing to wait for. A lease that is another worker's by now has another
    // fence and stays.
    private async Task ExpireLeasesAsync(RunPlan plan, string name)
    {
        foreach (var shard in (await services.Stores.Claims.ProgressAsync(plan.Run, CancellationToken.None).ConfigureAwait(false))
            .Where(s => s.Worker == name && s.State != ShardState.Done))
            await services.Stores.Claims.ExpireAsync(plan.Run, shard.Index, shard.Fence, CancellationToken.None).ConfigureAwait(false);
    }

    private static void CloseInput(Process child)
    {
        try
        {
            child.StandardInput.Close();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // The child is gone already; its exit code tells the rest.
        }
    }
}
