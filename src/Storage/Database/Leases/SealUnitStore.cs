using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Leases;

/// <summary>Which worker seals which partitions of a run. Thread-safe; expiry goes by the database's clock alone.</summary>
/// <remarks>A unit's fence strictly increases with every lease of it. A segment is recorded under it by
/// <see cref="Snapshots.SnapshotStore.RecordSegmentAsync"/>. Isolation: row locks; a unit's row is held while it is leased, or written under its lease. Cutting
/// is serializable.</remarks>
/// <param name="database">The database.</param>
/// <param name="process">The process that asks, as others may recognise it; null means that it cannot be told, so its leases end by time alone.</param>
public sealed class SealUnitStore(StateDatabase database, string? process = null)
{
    private const string Missing = """
        u.to_partition - u.from_partition > (SELECT COUNT(*) FROM segments s
            WHERE s.run_id = u.run_id AND s.partition_index >= u.from_partition AND s.partition_index < u.to_partition)
        """;

    private static readonly LeaseTable s_leases = LeaseTable.SealUnits;

    /// <summary>Records the units of a run; those that are recorded stay as they are.</summary>
    /// <exception cref="LeadLostException">Another process leads the run.</exception>
    public Task CutAsync(Lead lead, IReadOnlyList<SealUnit> units, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        await LeadFence.RequireAsync(tx, lead).ConfigureAwait(false);
        if (await tx.NumberAsync("SELECT COUNT(*) FROM seal_units WHERE run_id = @run", new { run = lead.Run.ToString() }).ConfigureAwait(false) > 0)
            return false;
        foreach (var unit in units)
            await tx.ExecuteAsync("""
                INSERT INTO seal_units (run_id, unit_index, from_partition, to_partition, fence, worker, process, expires_at, lost, failed, stop_reason,
                    stops_again)
                VALUES (@run, @Index, @FromPartition, @ToPartitionExclusive, 0, NULL, NULL, 0, 0, 0, NULL, 0)
                """, new { run = lead.Run.ToString(), unit.Index, unit.FromPartition, unit.ToPartitionExclusive }).ConfigureAwait(false);
        return true;
    }, ct);

    /// <summary>Leases the unfinished unit with the lowest index that nobody holds. The run must be <see cref="RunState.Sealing"/>.</summary>
    /// <param name="run">The run.</param>
    /// <param name="worker">Who asks.</param>
    /// <param name="ttl">How long the lease lasts unless renewed; positive.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="BadInputException">There is no such run.</exception>
    public Task<SealLeaseOutcome> TryAcquireAsync(RunId run, string worker, TimeSpan ttl, CancellationToken ct)
    {
        ArgumentException.ThrowIfNullOrEmpty(worker);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ttl, TimeSpan.Zero);
        return database.WriteAsync<SealLeaseOutcome>(async tx =>
        {
            if (await s_leases.ClosedAsync(tx, run).ConfigureAwait(false) is { } state)
                return new SealLeaseOutcome.RunNotOpen(state);
            if (await StopAsync(tx, run).ConfigureAwait(false) is not null)
                return new SealLeaseOutcome.Stopped();
            var free = await tx.FindAsync<Row>($"""
                SELECT {Row.Columns} FROM seal_units u
                WHERE u.run_id = @run AND (u.worker IS NULL OR u.expires_at <= @now) AND {Missing}
                ORDER BY u.unit_index LIMIT 1 {tx.Locking(RowLock.ExclusiveWhereFree, "u")}
                """, new { run = run.ToString(), now = tx.NowMicroseconds }).ConfigureAwait(false);
            return free is null ? await NoneAsync(tx, run).ConfigureAwait(false) : await GrantAsync(tx, run, free, worker, ttl).ConfigureAwait(false);
        }, Isolation.RowLocks, ct);
    }

    /// <summary>Makes the lease last <paramref name="ttl"/> from now. False tells the worker to stop: another took the unit over, the lease was released, or
    /// the run is no longer sealed.</summary>
    public Task<bool> RenewAsync(SealLease lease, TimeSpan ttl, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ttl, TimeSpan.Zero);
        return database.WriteAsync(tx => s_leases.RenewAsync(tx, lease.Run, lease.UnitIndex, lease.Fence, ttl), Isolation.RowLocks, ct);
    }

    /// <summary>Ends the lease now, because its holder is known to be gone: the next worker takes the unit over, as if the lease had run out.</summary>
    /// <returns>False means that the unit is another's by now, was released, or its lease had run out already.</returns>
    public Task<bool> ExpireAsync(RunId run, int unitIndex, FenceToken fence, CancellationToken ct) =>
        database.WriteAsync(tx => s_leases.ExpireAsync(tx, run, unitIndex, fence), Isolation.RowLocks, ct);

    /// <summary>Gives the unit back for others; its recorded segments stay. A no-op when the lease is no longer held.</summary>
    public Task ReleaseAsync(SealLease lease, HandBack cause, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        await s_leases.ReleaseAsync(tx, lease.Run, lease.UnitIndex, lease.Fence, cause).ConfigureAwait(false);
        return true;
    }, Isolation.RowLocks, ct);

    /// <summary>The holder of a unit says what it found that stops the run: from then on no unit is leased, and the run's coordinator ends it. Gone when the
    /// run is resumed.</summary>
    /// <exception cref="FenceLostException">Another worker owns the unit: what this one found is its affair no more.</exception>
    public Task StopAsync(SealLease lease, SealStop stop, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        if (!await s_leases.IsHeldAsync(tx, lease.Run, lease.UnitIndex, lease.Fence).ConfigureAwait(false))
            throw FenceLostException.OfSealUnit(lease.Run, lease.UnitIndex, lease.Fence);
        return await tx.ExecuteAsync("""
            UPDATE seal_units SET stop_reason = @Reason, stops_again = @again, worker = NULL, process = NULL
            WHERE run_id = @run AND unit_index = @UnitIndex
            """, new { stop.Reason, again = stop.StopsAgain ? 1 : 0, run = lease.Run.ToString(), lease.UnitIndex }).ConfigureAwait(false);
    }, Isolation.RowLocks, ct);

    /// <summary>Every unit with how far it is, in order; empty means that they are not cut yet.</summary>
    public Task<IReadOnlyList<SealUnitProgress>> ProgressAsync(RunId run, CancellationToken ct) => database.ReadAsync(async tx =>
    {
        var rows = await tx.QueryAsync<Row>($"SELECT {Row.Columns} FROM seal_units u WHERE u.run_id = @run ORDER BY u.unit_index",
            new { run = run.ToString() }).ConfigureAwait(false);
        return (IReadOnlyList<SealUnitProgress>)[.. rows.Select(r => r.ToProgress(tx.NowMicroseconds))];
    }, ct);

    private static Task<string?> StopAsync(StateTransaction tx, RunId run) => tx.FindAsync<string>(
        "SELECT stop_reason FROM seal_units WHERE run_id = @run AND stop_reason IS NOT NULL ORDER BY unit_index LIMIT 1", new { run = run.ToString() });

    private static async Task<SealLeaseOutcome> NoneAsync(StateTransaction tx, RunId run)
    {
        var earliest = await tx.NumberAsync($"SELECT MIN(u.expires_at) FROM seal_units u WHERE u.run_id = @run AND {Missing}", new { run = run.ToString() })
            .ConfigureAwait(false);
        if (earliest is { } expiry)
            return new SealLeaseOutcome.NoneFree(EpochMicroseconds.ToInstant(expiry) - tx.Now);
        var units = await tx.NumberAsync("SELECT COUNT(*) FROM seal_units WHERE run_id = @run", new { run = run.ToString() }).ConfigureAwait(false);
        return units > 0 ? new SealLeaseOutcome.AllDone() : new SealLeaseOutcome.NoneFree(null);
    }

    private async Task<SealLeaseOutcome> GrantAsync(StateTransaction tx, RunId run, Row free, string worker, TimeSpan ttl)
    {
        var expires = tx.NowMicroseconds + EpochMicroseconds.Of(ttl);
        var lost = free.Worker is null ? 0 : 1;

        // The fence is raised only from the value that was seen, so that two grants can never give the same one, whatever the engine's isolation.
        var fence = await tx.NumberAsync("""
            UPDATE seal_units SET fence = fence + 1, worker = @worker, process = @process, expires_at = @expires, lost = lost + @lost
            WHERE run_id = @run AND unit_index = @UnitIndex AND fence = @Fence
            RETURNING fence
            """, new { run = run.ToString(), free.UnitIndex, free.Fence, worker, process, expires, lost }).ConfigureAwait(false)
            ?? throw new InvariantBrokenException("a free unit's fence stands still inside a transaction", $"run {run}, seal unit {free.UnitIndex}");
        var recorded = (await tx.QueryAsync<long>("""
            SELECT partition_index FROM segments WHERE run_id = @run AND partition_index >= @FromPartition AND partition_index < @ToPartition
            """, new { run = run.ToString(), free.FromPartition, free.ToPartition }).ConfigureAwait(false)).Select(p => (int)p).ToHashSet();
        return new SealLeaseOutcome.Granted(new SealLease(run, (int)free.UnitIndex, new FenceToken(fence), worker, EpochMicroseconds.ToInstant(expires)),
            [.. Enumerable.Range((int)free.FromPartition, (int)(free.ToPartition - free.FromPartition)).Where(p => !recorded.Contains(p))],
            TakenOver: free.Worker is not null, new ShardAttempts(free.Lost + lost, free.Failed));
    }

    private sealed class Row
    {
        public const string Columns = """
            u.unit_index, u.from_partition, u.to_partition, u.fence, u.worker, u.process, u.expires_at, u.lost, u.failed, u.stop_reason, u.stops_again,
            (SELECT COUNT(*) FROM segments d
                WHERE d.run_id = u.run_id AND d.partition_index >= u.from_partition AND d.partition_index < u.to_partition) AS sealed_partitions
            """;

        public long UnitIndex { get; init; }
        public long FromPartition { get; init; }
        public long ToPartition { get; init; }
        public long Fence { get; init; }
        public string? Worker { get; init; }
        public string? Process { get; init; }
        public long ExpiresAt { get; init; }
        public long Lost { get; init; }
        public long Failed { get; init; }
        public string? StopReason { get; init; }
        public long StopsAgain { get; init; }
        public long SealedPartitions { get; init; }

        public SealUnitProgress ToProgress(long now)
        {
            var state = SealedPartitions == ToPartition - FromPartition ? ShardState.Done
                : Worker is null ? ShardState.Free
                : ExpiresAt <= now ? ShardState.Expired : ShardState.Leased;
            return new SealUnitProgress(new SealUnit((int)UnitIndex, (int)FromPartition, (int)ToPartition), (int)SealedPartitions, Worker,
                new FenceToken(Fence), state, Process, StopReason is null ? null : new SealStop(StopReason, StopsAgain == 1));
        }
    }
}
