using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Storage.Database.Leases;

namespace BatchEngine.Scheduler.Workers;

/// <summary>The life of one worker: take a shard, score it, commit it, until none is left. The same loop runs as a task and as the body of a worker process.
/// Safe for several workers at once.</summary>
/// <param name="services">Stores, scorer, log and clock.</param>
/// <param name="policy">Checked when the worker is made.</param>
/// <exception cref="BadInputException">The policy is out of range.</exception>
public sealed class WorkerLoop(WorkerServices services, LeasePolicy policy)
{
    private readonly LeasePolicy _policy = policy.Checked();

    /// <summary>Whether the worker leaves a run of which every shard is held by others, because it may find work in another. Default false: it waits for one
    /// to be given back or to expire.</summary>
    public bool LeavesWhenNoneIsFree { get; init; }

    /// <summary>The part of a worker's time that is billed, where several share one rented machine. Default: all of it.</summary>
    public double BilledShare { get; init; } = 1;

    /// <summary>Works on a run until it has no shard left, is closed, or the worker is asked to leave.</summary>
    /// <param name="plan">The run's plan as recorded.</param>
    /// <param name="worker">A name that no other worker has at this time; kept in leases, usage and decisions.</param>
    /// <param name="offering">What the worker runs on, for its usage.</param>
    /// <param name="board">Where rows are reported finer than checkpoints; null when nobody in this process looks.</param>
    /// <param name="drain">Cancelled by an interruption notice: the unit is finished, checkpointed and the shard given back.</param>
    /// <param name="ct">Stops at once; work since the last checkpoint is done again by others.</param>
    /// <exception cref="StorageFailedException">A transient failure repeated too often in a row.</exception>
    public async Task<WorkerOutcome> RunAsync(RunPlan plan, string worker, Offering offering, ProgressBoard? board, CancellationToken drain,
        CancellationToken ct)
    {
        await using var meter = new UsageMeter(services.Stores.Slices, new MeteredSubject(plan.Run, worker, UsageKind.BatchWorker, offering)
        {
            BilledShare = BilledShare,
        }, _policy.RenewEvery, services.Clock);
        await meter.BeatAsync(ct).ConfigureAwait(false);
        var beatAt = services.Clock.GetUtcNow();
        Say(RunEventKind.WorkerStarted, plan, worker, offering.ToString());
        var committed = 0;
        var retries = 0;
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            if (drain.IsCancellationRequested)
                return await EndAsync(new WorkerOutcome.Drained(committed)).ConfigureAwait(false);
            var anotherEnding = board?.NextEnding;
            switch (await services.Stores.Claims.TryAcquireAsync(plan.Run, worker, _policy.Ttl, ct).ConfigureAwait(false))
            {
                case LeaseOutcome.AllDone:
                    return await EndAsync(new WorkerOutcome.AllDone(committed)).ConfigureAwait(false);
                case LeaseOutcome.RunNotOpen closed:
                    return await EndAsync(new WorkerOutcome.RunClosed(committed, closed.State, "")).ConfigureAwait(false);
                case LeaseOutcome.NoneFree when services.Processes is { } processes
                    && await DeadHolders.ExpireAsync(services.Stores.Claims, processes, plan.Run, ct).ConfigureAwait(false) > 0:
                    break;
                case LeaseOutcome.NoneFree when LeavesWhenNoneIsFree:
                    return await EndAsync(new WorkerOutcome.NoneFree(committed)).ConfigureAwait(false);
                case LeaseOutcome.NoneFree none:
                    if (services.Clock.GetUtcNow() - beatAt >= _policy.RenewEvery)
                    {
                        beatAt = services.Clock.GetUtcNow();
                        await meter.BeatAsync(ct).ConfigureAwait(false);
                    }
                    await WaitAsync(none.Wait, drain, ct, anotherEnding).ConfigureAwait(false);
                    break;
                case LeaseOutcome.Granted granted:
                    var (ending, failure) = await AttemptAsync(plan, granted, board, meter, drain, ct).ConfigureAwait(false);
                    committed += ending is ShardEnding.Finished ? 1 : 0;
                    retries = failure is null ? 0 : retries + 1;
                    if (failure is { IsTransient: true } && retries > _policy.MaxTransientRetries)
                        throw failure;
                    if (failure is { IsTransient: false })
                        return await EndAsync(new WorkerOutcome.RunClosed(committed, RunState.Failed, failure.Message)).ConfigureAwait(false);
                    if (failure is not null)
                        await WaitAsync(_policy.MinWait * Math.Pow(2, retries), drain, ct).ConfigureAwait(false);
                    break;
            }
        }

        async Task<WorkerOutcome> EndAsync(WorkerOutcome outcome)
        {
            await RecordAsync(meter, plan, worker, 0, isEnd: true).ConfigureAwait(false);
            Say(RunEventKind.WorkerEnded, plan, worker, outcome.ToString());
            return outcome;
        }
    }

    private async Task<(ShardEnding Ending, BatchEngineException? Failure)> AttemptAsync(
        RunPlan plan, LeaseOutcome.Granted granted, ProgressBoard? board, UsageMeter meter, CancellationToken drain, CancellationToken ct)
    {
        var lease = granted.Lease;
        await AnnounceAsync(plan, granted, ct).ConfigureAwait(false);
        var attempt = new ShardAttempt(services, _policy, plan, granted, board, drain);
        ShardEnding ending = new ShardEnding.Abandoned();
        try
        {
            if (granted.Attempts.Total >= _policy.MaxAttemptsPerShard)
                throw new ShardGivenUpException(plan.Run, lease.ShardIndex, granted.Attempts.Lost, granted.Attempts.Failed);
            meter.Works(attempt);
            ending = await attempt.RunAsync(meter.BeatAsync, ct).ConfigureAwait(false);
            return (ending, null);
        }
        catch (BatchEngineException failure) when (failure.IsTransient)
        {
            Say(RunEventKind.ShardRetried, plan, $"shard {lease.ShardIndex} {lease.Worker}", failure.Message);
            return (ending, failure);
        }
        catch (BatchEngineException failure)
        {
            var isMine = await FailRunAsync(plan, lease, failure).ConfigureAwait(false);
            if (failure is InvariantBrokenException)
                throw;
            if (isMine)
                await attempt.GiveBackAsync(failure.Message, HandBack.Failed, ending).ConfigureAwait(false);
            return isMine ? (ending, failure) : (new ShardEnding.Lost(), null);
        }
        finally
        {
            meter.Worked(attempt.Busy, ending is ShardEnding.Finished ? TimeSpan.Zero : attempt.SinceDurable);
            await RecordAsync(meter, plan, lease.Worker, attempt.Predictions).ConfigureAwait(false);
        }
    }

    private async Task AnnounceAsync(RunPlan plan, LeaseOutcome.Granted granted, CancellationToken ct)
    {
        var lease = granted.Lease;
        var subject = $"shard {lease.ShardIndex} {lease.Worker}";
        if (!granted.TakenOver)
        {
            Say(RunEventKind.ShardLeased, plan, subject, $"fence {lease.Fence}, from unit {granted.From.NextUnitIndex}");
            return;
        }
        var reason = string.Create(CultureInfo.InvariantCulture,
            $"the lease under an earlier fence ended unrenewed; {granted.From.Counts.Read:N0} of {granted.Shard.Rows:N0} rows are durable and kept, ")
            + string.Create(CultureInfo.InvariantCulture, $"work goes on at unit {granted.From.NextUnitIndex} under fence {lease.Fence}");
        await services.Stores.Decisions.AppendAsync(
            new Decision(plan.Run, services.Clock.GetUtcNow(), DecisionSubject.WorkerLost, $"shard {lease.ShardIndex} taken over by {lease.Worker}", reason),
                ct)
            .ConfigureAwait(false);
        Say(RunEventKind.ShardTakenOver, plan, subject, reason);
    }

    // Only the holder of the shard ends the run: what a worker failed on that lost its shard is its successor's affair. False means that it lost it.
    private async Task<bool> FailRunAsync(RunPlan plan, Lease lease, BatchEngineException failure)
    {
        var note = $"Shard {lease.ShardIndex}: {failure.Message}";
        var why = new Decision(plan.Run, services.Clock.GetUtcNow(), DecisionSubject.RunFailed, $"shard {lease.ShardIndex} stopped the run", failure.Message);
        try
        {
            if (await services.Stores.Claims.FailRunAsync(lease, note, why, CancellationToken.None).ConfigureAwait(false))
                Say(RunEventKind.StateMoved, plan, nameof(RunState.Failed), note);
            return true;
        }
        catch (FenceLostException)
        {
            Say(RunEventKind.FenceLost, plan, $"shard {lease.ShardIndex} {lease.Worker}", $"fence {lease.Fence}, after: {failure.Message}");
            return false;
        }
    }

    private async Task RecordAsync(UsageMeter meter, RunPlan plan, string worker, long predictions, bool isEnd = false)
    {
        if (await meter.CutAsync(predictions, isEnd).ConfigureAwait(false) is not { } usage)
            return;
        Say(RunEventKind.UsageRecorded, plan, worker, $"{usage.Duration.TotalSeconds:0.0} s");
    }

    private Task WaitAsync(TimeSpan wished, CancellationToken drain, CancellationToken ct, Task? ending = null) =>
        WorkPause.OfAsync(wished, _policy, services.Clock, ending, drain, ct);

    private void Say(RunEventKind kind, RunPlan plan, string subject, string detail) => services.Log.Write(new RunEvent(kind, plan.Run, subject, detail));
}
