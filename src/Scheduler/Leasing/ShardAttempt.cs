using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Storage.Database.Leases;

namespace BatchEngine.Scheduler.Leasing;

/// <summary>One lease of one shard from grant to commit or hand-back. Used once, by one worker.</summary>
internal sealed class ShardAttempt(WorkerServices services, LeasePolicy policy, RunPlan plan, LeaseOutcome.Granted granted, ProgressBoard? board,
    CancellationToken drain) : IShardProgress
{
    private readonly Lease _lease = granted.Lease;
    private readonly DateTimeOffset _startedAt = services.Clock.GetUtcNow();
    private DateTimeOffset _durableAt = services.Clock.GetUtcNow();
    private long _predictions;

    /// <summary>Time from grant to end.</summary>
    public TimeSpan Busy => services.Clock.GetUtcNow() - _startedAt;

    /// <summary>Time since the last durable write: thrown away when the shard is not committed.</summary>
    public TimeSpan SinceDurable => services.Clock.GetUtcNow() - _durableAt;

    /// <summary>Predictions made durable in this attempt. Any thread may ask.</summary>
    public long Predictions => Volatile.Read(ref _predictions);

    /// <inheritdoc/>
    public CancellationToken Stop => drain;

    /// <summary>Scores the shard and commits its receipt, renewing the lease meanwhile; says how it ended.</summary>
    /// <param name="onKept">Called after each renewal.</param>
    /// <param name="ct">Stops at once.</param>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    /// <exception cref="BatchEngineException">The scorer or the store failed. After a transient failure the lease was given back; after another it is still
    /// held, so that its holder can end the run before another worker takes the shard.</exception>
    public async Task<ShardEnding> RunAsync(Func<CancellationToken, Task> onKept, CancellationToken ct)
    {
        // The clock-bound source lets the drain's grace run on the clock that was given; the caller's token is joined to it.
        using var scoring = new CancellationTokenSource(Timeout.InfiniteTimeSpan, services.Clock);
        await using var joined = ct.Register(scoring.Cancel);
        await using var leaving = drain.Register(() => scoring.CancelAfter(policy.DrainGrace));
        var keeper = new LeaseKeeper(token => services.Stores.Claims.RenewAsync(_lease, policy.Ttl, token), policy, services.Clock, onKept, scoring.Cancel);
        await using var kept = keeper.ConfigureAwait(false);
        try
        {
            var ending = await CarryAsync(scoring.Token).ConfigureAwait(false)
                ?? await services.Scorer.ScoreAsync(plan, granted.Shard, _lease, granted.From, this, scoring.Token).ConfigureAwait(false);
            if (ending is not ShardEnding.Finished finished)
                return await GiveBackAsync("asked to leave", HandBack.AskedToLeave, ending).ConfigureAwait(false);
            await CommitAsync(finished.Receipt, ct).ConfigureAwait(false);
            return ending;
        }
        catch (FenceLostException)
        {
            Say(RunEventKind.FenceLost, $"fence {_lease.Fence}");
            return new ShardEnding.Lost();
        }
        catch (OperationCanceledException) when (keeper.IsLost)
        {
            Say(RunEventKind.FenceLost, $"fence {_lease.Fence} was not renewed");
            return new ShardEnding.Lost();
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested && drain.IsCancellationRequested)
        {
            return await GiveBackAsync($"no checkpoint within {policy.DrainGrace.TotalSeconds:0} s of the notice", HandBack.AskedToLeave,
                new ShardEnding.Abandoned())
                .ConfigureAwait(false);
        }
        catch (BatchEngineException failure) when (failure.IsTransient)
        {
            await GiveBackAsync(failure.Message, HandBack.Failed, new ShardEnding.Abandoned()).ConfigureAwait(false);
            throw;
        }
        catch (OperationCanceledException failure)
        {
            await GiveBackAsync(failure.Message, HandBack.AskedToLeave, new ShardEnding.Abandoned()).ConfigureAwait(false);
            throw;
        }
        finally
        {
            board?.Forget(granted.Shard.Index);
        }
    }

    /// <inheritdoc/>
    public async Task SaveAsync(Checkpoint checkpoint, CancellationToken ct)
    {
        await services.Stores.Receipts.CheckpointAsync(_lease, checkpoint, ct).ConfigureAwait(false);
        IsDurable(checkpoint.Counts);
        Say(RunEventKind.CheckpointSaved, $"next unit {checkpoint.NextUnitIndex}");
    }

    /// <inheritdoc/>
    public void Report(RowCounts total) => board?.Report(granted.Shard.Index, total);

    private void IsDurable(RowCounts counts)
    {
        _durableAt = services.Clock.GetUtcNow();
        Volatile.Write(ref _predictions, counts.Scored + counts.Reused - granted.From.Counts.Scored - granted.From.Counts.Reused);
    }

    // A shard that an earlier holder began to score, because the base was damaged, is scored to its end.
    private async Task<ShardEnding.Finished?> CarryAsync(CancellationToken ct)
    {
        if (plan.Reuse.CarriedAs(granted.Shard.Index) is not { } carried || granted.From.NextUnitIndex > 0)
            return null;
        var (receipt, why) = await CarriedReceipt.MakeAsync(services, plan, carried, _lease, ct).ConfigureAwait(false);
        if (receipt is null)
            await services.Stores.Decisions.AppendAsync(
                new Decision(plan.Run, services.Clock.GetUtcNow(), DecisionSubject.Reuse, $"shard {granted.Shard.Index} is read and scored after all", why), ct)
                .ConfigureAwait(false);
        return receipt is null ? null : new ShardEnding.Finished(receipt);
    }

    private async Task CommitAsync(ShardReceipt receipt, CancellationToken ct)
    {
        var counts = receipt.Final.Counts;
        if (!counts.AddsUp || counts.Read != granted.Shard.Rows)
            throw new InvariantBrokenException("a receipt reads exactly its shard's rows",
                $"run {plan.Run}, shard {granted.Shard.Index}: {counts} of {granted.Shard.Rows} rows");
        await services.Stores.Receipts.CommitAsync(_lease, receipt, ct).ConfigureAwait(false);
        IsDurable(counts);
        Say(RunEventKind.ReceiptAccepted, $"{counts.Read} rows under fence {_lease.Fence}");
    }

    /// <summary>Gives the shard back. The worker is leaving or failing: a store that refuses now must not hide why, and the lease expires by itself.</summary>
    public async Task<ShardEnding> GiveBackAsync(string why, HandBack cause, ShardEnding ending)
    {
        try
        {
            await services.Stores.Claims.ReleaseAsync(_lease, cause, CancellationToken.None).ConfigureAwait(false);
            Say(RunEventKind.ShardReleased, why);
        }
        catch (StorageFailedException failure)
        {
            Say(RunEventKind.ShardReleased, $"{why}; the lease could not be given back and expires at {_lease.ExpiresAt:O} ({failure.Message})");
        }
        return ending;
    }

    private void Say(RunEventKind kind, string detail) =>
        services.Log.Write(new RunEvent(kind, plan.Run, $"shard {granted.Shard.Index} {_lease.Worker}", detail));
}
