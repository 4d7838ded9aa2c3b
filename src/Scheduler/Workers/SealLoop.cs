using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Scheduler.Leasing;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Snapshots.RunFiles;
using BatchEngine.Storage.Snapshots.Segments;

namespace BatchEngine.Scheduler.Workers;

/// <summary>The life of a sealer of one run: take a unit of key partitions, build a segment of each, until none is left. It may run in any process that sees
/// the database and the blobs, several times at once. Dispose it after all have ended.</summary>
/// <param name="services">Stores, log and clock.</param>
/// <param name="policy">Checked when the loop is made.</param>
/// <param name="plan">The run's plan as recorded.</param>
/// <exception cref="BadInputException">The policy is out of range.</exception>
public sealed class SealLoop(SealServices services, LeasePolicy policy, RunPlan plan) : IDisposable
{
    private readonly LeasePolicy _policy = policy.Checked();
    private readonly SealBuffersPool _buffers = new();
    private readonly Lock _lock = new();
    private Task<IReadOnlyList<RunFileSource>>? _runFiles;

    /// <summary>Whether it ends when every unit that is left is held by others, because there may be work elsewhere. Default no: it waits.</summary>
    public bool LeavesWhenNoneIsFree { get; init; }

    /// <summary>The part of its time that is billed, where several workers share one rented machine. Default: all of it.</summary>
    public double BilledShare { get; init; } = 1;

    /// <summary>Works until every partition has its segment, the run is stopped or closed, or the sealer is asked to leave.</summary>
    /// <param name="worker">A name that no other worker has at this time; kept in leases, usage and decisions.</param>
    /// <param name="offering">What it runs on, for its usage; null means that its time is metered as the coordinator's.</param>
    /// <param name="board">Wakes sealers of one process when another of them ends a unit; null when there is no other.</param>
    /// <param name="drain">Asks to leave: the segment in hand is recorded and the rest of the unit given back.</param>
    /// <param name="ct">Stops at once; what is recorded stays.</param>
    /// <exception cref="StorageFailedException">A transient failure repeated too often in a row.</exception>
    /// <exception cref="InvariantBrokenException">An assumption of ours is broken; it is written down, and the process must stop.</exception>
    public async Task<SealOutcome> RunAsync(string worker, Offering? offering, ProgressBoard? board, CancellationToken drain, CancellationToken ct)
    {
        var meter = offering is null ? null
            : new UsageMeter(services.Stores.Slices,
                new MeteredSubject(plan.Run, worker, UsageKind.RunOverhead, offering) { BilledShare = BilledShare }, _policy.RenewEvery, services.Clock);
        try
        {
            await (meter?.BeatAsync(ct) ?? Task.CompletedTask).ConfigureAwait(false);
            var outcome = await WorkAsync(worker, meter, board, drain, ct).ConfigureAwait(false);
            if (meter is not null && await meter.CutAsync(0, isEnd: true).ConfigureAwait(false) is { } usage)
                Say(RunEventKind.UsageRecorded, worker, $"{usage.Duration.TotalSeconds:0.0} s");
            return outcome;
        }
        finally
        {
            await (meter?.DisposeAsync() ?? ValueTask.CompletedTask).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _buffers.Dispose();

    private async Task<SealOutcome> WorkAsync(string worker, UsageMeter? meter, ProgressBoard? board, CancellationToken drain, CancellationToken ct)
    {
        var (finished, retries) = (0, 0);
        var beatAt = services.Clock.GetUtcNow();
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            if (drain.IsCancellationRequested)
                return new SealOutcome.Drained(finished);
            var anotherEnding = board?.NextEnding;
            switch (await services.Stores.SealUnits.TryAcquireAsync(plan.Run, worker, _policy.Ttl, ct).ConfigureAwait(false))
            {
                case SealLeaseOutcome.AllDone:
                    return new SealOutcome.AllDone(finished);
                case SealLeaseOutcome.Stopped:
                    return new SealOutcome.Stopped(finished);
                case SealLeaseOutcome.RunNotOpen closed:
                    return new SealOutcome.RunClosed(finished, closed.State);
                case SealLeaseOutcome.NoneFree when services.Processes is { } processes
                    && await DeadHolders.ExpireAsync(services.Stores.SealUnits, processes, plan.Run, ct).ConfigureAwait(false) > 0:
                    break;
                case SealLeaseOutcome.NoneFree when LeavesWhenNoneIsFree:
                    return new SealOutcome.NoneFree(finished);
                case SealLeaseOutcome.NoneFree none:
                    if (meter is not null && services.Clock.GetUtcNow() - beatAt >= _policy.RenewEvery)
                    {
                        beatAt = services.Clock.GetUtcNow();
                        await meter.BeatAsync(ct).ConfigureAwait(false);
                    }
                    await WorkPause.OfAsync(none.Wait ?? _policy.MaxWait, _policy, services.Clock, anotherEnding, drain, ct).ConfigureAwait(false);
                    break;
                case SealLeaseOutcome.Granted granted:
                    var (ending, failure) = await AttemptAsync(granted, meter, board, drain, ct).ConfigureAwait(false);
                    finished += ending == SealEnding.Finished ? 1 : 0;
                    retries = failure is null ? 0 : retries + 1;
                    if (failure is not null && retries > _policy.MaxTransientRetries)
                        throw failure;
                    if (failure is not null)
                        await WorkPause.OfAsync(_policy.MinWait * Math.Pow(2, retries), _policy, services.Clock, null, drain, ct).ConfigureAwait(false);
                    break;
            }
        }
    }

    private async Task<(SealEnding? Ending, BatchEngineException? Failure)> AttemptAsync(SealLeaseOutcome.Granted granted, UsageMeter? meter,
        ProgressBoard? board, CancellationToken drain, CancellationToken ct)
    {
        await AnnounceAsync(granted, ct).ConfigureAwait(false);
        var buffers = _buffers.Take();
        try
        {
            var attempt = new SealAttempt(services, _policy, plan, granted, drain);
            return (await attempt.RunAsync(RunFilesAsync, buffers, token => meter?.BeatAsync(token) ?? Task.CompletedTask, ct).ConfigureAwait(false), null);
        }
        catch (BatchEngineException failure) when (failure.IsTransient)
        {
            return (null, failure);
        }
        finally
        {
            _buffers.Return(buffers);
            board?.Forget(granted.Lease.UnitIndex);
        }
    }

    private async Task AnnounceAsync(SealLeaseOutcome.Granted granted, CancellationToken ct)
    {
        var lease = granted.Lease;
        var subject = $"seal unit {lease.UnitIndex} {lease.Worker}";
        if (!granted.TakenOver)
        {
            Say(RunEventKind.SealUnitLeased, subject,
                string.Create(CultureInfo.InvariantCulture, $"fence {lease.Fence}, {granted.Partitions.Count} partitions"));
            return;
        }
        var reason = string.Create(CultureInfo.InvariantCulture,
            $"the lease under an earlier fence ended unrenewed; {granted.Partitions.Count} partitions are left, work goes on under fence {lease.Fence}");
        await services.Stores.Decisions.AppendAsync(
            new Decision(plan.Run, services.Clock.GetUtcNow(), DecisionSubject.WorkerLost, $"seal unit {lease.UnitIndex} taken over by {lease.Worker}", reason),
            ct).ConfigureAwait(false);
        Say(RunEventKind.SealUnitTakenOver, subject, reason);
    }

    // The receipts stand still while a run is sealed: they are read once, however many sealers of this process ask.
    private Task<IReadOnlyList<RunFileSource>> RunFilesAsync(CancellationToken ct)
    {
        lock (_lock)
        {
            if (_runFiles is null or { IsFaulted: true } or { IsCanceled: true })
                _runFiles = ReadAsync();
            return _runFiles;
        }

        async Task<IReadOnlyList<RunFileSource>> ReadAsync() =>
        [
            .. (await services.Stores.Receipts.ListAsync(plan.Run, ct).ConfigureAwait(false)).OrderBy(r => r.ShardIndex).SelectMany(r => r.Final.Artifacts)
                .Where(a => a.Kind == ArtifactKind.RunFile).Select(a => RunFileSource.Of(services.Stores.Blobs, a)),
        ];
    }

    private void Say(RunEventKind kind, string subject, string detail) => services.Log.Write(new RunEvent(kind, plan.Run, subject, detail));
}
