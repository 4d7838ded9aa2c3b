using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scheduler.Events;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Snapshots.RunFiles;
using BatchEngine.Storage.Snapshots.Segments;

namespace BatchEngine.Scheduler.Leasing;

/// <summary>One lease of one seal unit from grant to its last segment or hand-back. Used once, by one worker.</summary>
internal sealed class SealAttempt(SealServices services, LeasePolicy policy, RunPlan plan, SealLeaseOutcome.Granted granted, CancellationToken drain)
{
    private readonly SealLease _lease = granted.Lease;

    /// <summary>Builds and records a segment of each partition, renewing the lease meanwhile; says how it ended.</summary>
    /// <param name="runFiles">Gives the run files of all receipts.</param>
    /// <param name="buffers">Memory for the builds.</param>
    /// <param name="onKept">Called after each renewal.</param>
    /// <param name="ct">Stops at once.</param>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled; the unit was given back.</exception>
    /// <exception cref="BatchEngineException">A transient failure, after which the unit was given back; or a broken assumption of ours, which is written
    /// down.</exception>
    public async Task<SealEnding> RunAsync(Func<CancellationToken, Task<IReadOnlyList<RunFileSource>>> runFiles, SealBuffers buffers,
        Func<CancellationToken, Task> onKept, CancellationToken ct)
    {
        // The clock-bound source lets the drain's grace run on the clock that was given; the caller's token is joined to it.
        using var sealing = new CancellationTokenSource(Timeout.InfiniteTimeSpan, services.Clock);
        await using var joined = ct.Register(sealing.Cancel);
        await using var leaving = drain.Register(() => sealing.CancelAfter(policy.DrainGrace));
        var keeper = new LeaseKeeper(token => services.Stores.SealUnits.RenewAsync(_lease, policy.Ttl, token), policy, services.Clock, onKept, sealing.Cancel);
        await using var kept = keeper.ConfigureAwait(false);
        try
        {
            if (granted.Attempts.Total >= policy.MaxAttemptsPerShard)
                return await StopAsync(new SealStop(GivenUp(), false)).ConfigureAwait(false);
            return await SealAsync(await runFiles(sealing.Token).ConfigureAwait(false), buffers, sealing.Token).ConfigureAwait(false);
        }
        catch (FenceLostException)
        {
            Say(RunEventKind.FenceLost, $"fence {_lease.Fence}");
            return SealEnding.Lost;
        }
        catch (OperationCanceledException) when (keeper.IsLost)
        {
            Say(RunEventKind.FenceLost, $"fence {_lease.Fence} was not renewed");
            return SealEnding.Lost;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested && drain.IsCancellationRequested)
        {
            await GiveBackAsync($"no segment within {policy.DrainGrace.TotalSeconds:0} s of the notice", HandBack.AskedToLeave).ConfigureAwait(false);
            return SealEnding.HandedBack;
        }
        catch (OperationCanceledException failure)
        {
            await GiveBackAsync(failure.Message, HandBack.AskedToLeave).ConfigureAwait(false);
            throw;
        }
        catch (BatchEngineException failure) when (failure.IsTransient)
        {
            await GiveBackAsync(failure.Message, HandBack.Failed).ConfigureAwait(false);
            throw;
        }
        catch (BatchEngineException failure)
        {
            var ending = await StopAsync(new SealStop(failure.Message, failure is InvariantBrokenException)).ConfigureAwait(false);
            if (failure is InvariantBrokenException)
                throw;
            return ending;
        }
    }

    private async Task<SealEnding> SealAsync(IReadOnlyList<RunFileSource> runFiles, SealBuffers buffers, CancellationToken ct)
    {
        var series = await SegmentSeries.OpenAsync(SegmentRequest.Of(plan, granted.Partitions, runFiles), buffers, ct).ConfigureAwait(false);
        foreach (var partition in granted.Partitions)
        {
            if (drain.IsCancellationRequested)
            {
                await GiveBackAsync("asked to leave", HandBack.AskedToLeave).ConfigureAwait(false);
                return SealEnding.HandedBack;
            }
            if (await SealAsync(partition, series, ct).ConfigureAwait(false) is { } duplicate)
                return await StopAsync(new SealStop(Explain(duplicate), true)).ConfigureAwait(false);
        }
        return SealEnding.Finished;
    }

    private async Task<SegmentOutcome.DuplicateKeyFound?> SealAsync(int partition, SegmentSeries series, CancellationToken ct)
    {
        // The unit's fence is in the name, so a sealer that lost its unit can never overwrite what its successor wrote.
        var name = string.Create(CultureInfo.InvariantCulture, $"runs/{plan.Run}/segments/p{partition:0000}-u{_lease.Fence}.seg");
        await using var writer = await services.Stores.Blobs.CreateAsync(name, ct).ConfigureAwait(false);
        switch (await series.BuildNextAsync(writer.Content, ct).ConfigureAwait(false))
        {
            case SegmentOutcome.DuplicateKeyFound found:
                return found;
            case SegmentOutcome.Built built:
                var blob = await writer.CommitAsync(ct).ConfigureAwait(false);
                services.Log.Write(new RunEvent(RunEventKind.SegmentWritten, plan.Run, $"partition {partition}", blob.Name));
                var artifact = new Artifact(blob.Name, ArtifactKind.Segment, blob.Bytes, blob.Checksum, built.Keys);
                await services.Stores.Snapshots.RecordSegmentAsync(_lease, new SegmentInfo(partition, artifact, built.Keys), LastWins(partition, built), ct)
                    .ConfigureAwait(false);
                services.Log.Write(new RunEvent(RunEventKind.SegmentRecorded, plan.Run, $"partition {partition}",
                    string.Create(CultureInfo.InvariantCulture, $"{built.Keys} keys")));
                return null;
            default:
                throw new InvariantBrokenException("a segment is built or a duplicate found", name);
        }
    }

    private Decision? LastWins(int partition, SegmentOutcome.Built built) => built.DuplicateKeys == 0 ? null
        : new Decision(plan.Run, services.Clock.GetUtcNow(), DecisionSubject.DuplicateKeys, $"partition {partition}: the last row of each key is served",
            string.Create(CultureInfo.InvariantCulture,
                $"{built.DuplicateKeys} rows were superseded by a later row with the same key; the job says last-wins"));

    private string Explain(SegmentOutcome.DuplicateKeyFound found) =>
        $"Key {found.Key} of column {plan.Job.KeyColumn} is in two rows: {ManifestRows.Locate(plan.Manifest, found.RowNumberA)} "
        + $"and {ManifestRows.Locate(plan.Manifest, found.RowNumberB)}. "
        + "Remove one of them, or set duplicateKeys to lastWins in the job, and run the job at another instant: this run would find the same rows.";

    private string GivenUp()
    {
        var (unit, from, to) = (_lease.UnitIndex, granted.Partitions[0], granted.Partitions[^1]);
        var (total, lost, failed) = (granted.Attempts.Total, granted.Attempts.Lost, granted.Attempts.Failed);
        return string.Create(CultureInfo.InvariantCulture, $"seal unit {unit} (partitions {from} to {to}): given up after {total} attempts since the run was ")
            + string.Create(CultureInfo.InvariantCulture, $"started or resumed: {lost} workers died or went silent on it, {failed} gave it back after a ")
            + "failure. Memory that runs out is the usual cause: a sealer holds the rows of one partition. Mend it, then resume the run.";
    }

    // Written down by whoever still holds the unit; the coordinator ends the run. What a sealer found that lost its unit is its successor's affair.
    private async Task<SealEnding> StopAsync(SealStop stop)
    {
        try
        {
            await services.Stores.SealUnits.StopAsync(_lease, stop, CancellationToken.None).ConfigureAwait(false);
            return SealEnding.Stopped;
        }
        catch (FenceLostException)
        {
            Say(RunEventKind.FenceLost, $"fence {_lease.Fence}, after: {stop.Reason}");
            return SealEnding.Lost;
        }
    }

    // The worker is leaving or failing: a store that refuses now must not hide why, and the lease expires by itself.
    private async Task GiveBackAsync(string why, HandBack cause)
    {
        try
        {
            await services.Stores.SealUnits.ReleaseAsync(_lease, cause, CancellationToken.None).ConfigureAwait(false);
            Say(RunEventKind.SealUnitReleased, why);
        }
        catch (StorageFailedException failure)
        {
            Say(RunEventKind.SealUnitReleased, $"{why}; the lease could not be given back and expires at {_lease.ExpiresAt:O} ({failure.Message})");
        }
    }

    private void Say(RunEventKind kind, string detail) =>
        services.Log.Write(new RunEvent(kind, plan.Run, $"seal unit {_lease.UnitIndex} {_lease.Worker}", detail));
}
