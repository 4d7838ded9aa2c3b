using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Leases;

/// <summary>Which worker holds which shard, and how far each is. Thread-safe; expiry goes by the database's clock alone.</summary>
/// <remarks>A shard's fence strictly increases with every lease of it. What a holder may write under its fence is told by <see cref="ReceiptStore"/>.
/// Isolation: row locks. A lease is granted under the shard's lock, which askers beside it skip; renewing, ending and giving back are one conditional statement
/// each. Failing a run is serializable.</remarks>
/// <param name="database">The database.</param>
/// <param name="process">The process that asks, as others may recognise it; null means that it cannot be told, so its leases end by time alone.</param>
public sealed class ClaimStore(StateDatabase database, string? process = null)
{
    private const string Free = """
        FROM shards s
        LEFT JOIN leases l ON l.run_id = s.run_id AND l.shard_index = s.shard_index
        LEFT JOIN checkpoints c ON c.run_id = s.run_id AND c.shard_index = s.shard_index
        WHERE s.run_id = @run AND (l.fence IS NULL OR l.worker IS NULL OR l.expires_at <= @now)
            AND NOT EXISTS (SELECT 1 FROM receipts r WHERE r.run_id = s.run_id AND r.shard_index = s.shard_index)
        """;

    // Each try that comes to nothing means that somebody else was granted or finished a shard.
    private const int MaxPicks = 16;

    /// <summary>Leases the unfinished shard with the lowest index that nobody holds. The run must be <see cref="RunState.Scoring"/>.</summary>
    /// <param name="run">The run.</param>
    /// <param name="worker">Who asks.</param>
    /// <param name="ttl">How long the lease lasts unless renewed; positive.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="BadInputException">There is no such run.</exception>
    public Task<LeaseOutcome> TryAcquireAsync(RunId run, string worker, TimeSpan ttl, CancellationToken ct)
    {
        ArgumentException.ThrowIfNullOrEmpty(worker);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ttl, TimeSpan.Zero);
        return database.WriteAsync<LeaseOutcome>(async tx =>
        {
            if (await LeaseTable.Shards.ClosedAsync(tx, run).ConfigureAwait(false) is { } state)
                return new LeaseOutcome.RunNotOpen(state);
            for (var picks = 0; picks < MaxPicks && await FirstFreeAsync(tx, run).ConfigureAwait(false) is { } free; picks++)
            {
                if (await TryGrantAsync(tx, run, free, worker, ttl).ConfigureAwait(false) is { } granted)
                    return granted;
            }
            var earliest = await tx.NumberAsync("""
                SELECT MIN(l.expires_at) FROM leases l
                WHERE l.run_id = @run AND NOT EXISTS (SELECT 1 FROM receipts r WHERE r.run_id = l.run_id AND r.shard_index = l.shard_index)
                """, new { run = run.ToString() }).ConfigureAwait(false);
            return earliest is { } expiry ? new LeaseOutcome.NoneFree(EpochMicroseconds.ToInstant(expiry) - tx.Now)
                : tx.WritesAlone || await AllDoneAsync(tx, run).ConfigureAwait(false) ? new LeaseOutcome.AllDone() : new LeaseOutcome.NoneFree(TimeSpan.Zero);
        }, Isolation.RowLocks, ct);
    }

    /// <summary>Makes the lease last <paramref name="ttl"/> from now. False tells the worker to stop: another took the shard over, the lease was released, or
    /// the run is no longer scored.</summary>
    public Task<bool> RenewAsync(Lease lease, TimeSpan ttl, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ttl, TimeSpan.Zero);
        return database.WriteAsync(tx => LeaseTable.Shards.RenewAsync(tx, lease.Run, lease.ShardIndex, lease.Fence, ttl), Isolation.RowLocks, ct);
    }

    /// <summary>Ends the lease now, because its holder is known to be gone: the next worker takes the shard over from its checkpoint, as if the lease had run
    /// out.</summary>
    /// <returns>False means that the shard is another's by now, was released, or its lease had run out already.</returns>
    public Task<bool> ExpireAsync(RunId run, int shardIndex, FenceToken fence, CancellationToken ct) =>
        database.WriteAsync(tx => LeaseTable.Shards.ExpireAsync(tx, run, shardIndex, fence), Isolation.RowLocks, ct);

    /// <summary>Gives the shard back for others; keeps its checkpoint. A no-op when the lease is no longer held.</summary>
    public Task ReleaseAsync(Lease lease, HandBack cause, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        await LeaseTable.Shards.ReleaseAsync(tx, lease.Run, lease.ShardIndex, lease.Fence, cause).ConfigureAwait(false);
        return true;
    }, Isolation.RowLocks, ct);

    /// <summary>The holder of a shard ends its run as failed, when it is still scored, and records why in the same transaction.</summary>
    /// <returns>Whether the run was scored until now.</returns>
    /// <exception cref="FenceLostException">Another worker owns the shard: what this one failed on is its affair no more.</exception>
    public Task<bool> FailRunAsync(Lease lease, string note, Decision why, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        await LeaseFence.RequireAsync(tx, lease).ConfigureAwait(false);
        return await RunMove.ApplyAsync(tx, lease.Run, RunState.Scoring, RunState.Failed, note, why).ConfigureAwait(false);
    }, ct);

    /// <summary>Every shard with how far it is, in shard order.</summary>
    public Task<IReadOnlyList<ShardProgress>> ProgressAsync(RunId run, CancellationToken ct) => database.ReadAsync(async tx =>
    {
        var rows = await tx.QueryAsync<ProgressRow>("""
            SELECT s.shard_index, s.shard_rows, l.fence, l.worker, l.process, l.expires_at, r.fence AS accepted_fence,
                COALESCE(r.rows_read, c.rows_read, 0) AS rows_read, COALESCE(r.rows_scored, c.rows_scored, 0) AS rows_scored,
                COALESCE(r.rows_reused, c.rows_reused, 0) AS rows_reused, COALESCE(r.rows_rejected, c.rows_rejected, 0) AS rows_rejected
            FROM shards s
            LEFT JOIN leases l ON l.run_id = s.run_id AND l.shard_index = s.shard_index
            LEFT JOIN checkpoints c ON c.run_id = s.run_id AND c.shard_index = s.shard_index
            LEFT JOIN receipts r ON r.run_id = s.run_id AND r.shard_index = s.shard_index
            WHERE s.run_id = @run ORDER BY s.shard_index
            """, new { run = run.ToString() }).ConfigureAwait(false);
        return (IReadOnlyList<ShardProgress>)[.. rows.Select(r => r.ToProgress(tx.NowMicroseconds))];
    }, ct);

    // Where others write beside this, the first shard that nobody holds is locked, and looked at again under its lock.
    private static async Task<FreeShard?> FirstFreeAsync(StateTransaction tx, RunId run)
    {
        if (tx.WritesAlone)
            return await FindFreeAsync(tx, run, "").ConfigureAwait(false);
        for (var picks = 0; picks < MaxPicks; picks++)
        {
            var picked = await tx.NumberAsync($"SELECT s.shard_index {Free} ORDER BY s.shard_index LIMIT 1 {tx.Locking(RowLock.ExclusiveWhereFree, "s")}",
                new { run = run.ToString(), now = tx.NowMicroseconds }).ConfigureAwait(false);
            if (picked is not { } index)
                return null;
            if (await FindFreeAsync(tx, run, string.Create(CultureInfo.InvariantCulture, $"AND s.shard_index = {index}")).ConfigureAwait(false) is { } free)
                return free;
        }
        return null;
    }

    private static Task<FreeShard?> FindFreeAsync(StateTransaction tx, RunId run, string only) => tx.FindAsync<FreeShard>($"""
        SELECT s.shard_index, s.shard_json, l.fence, l.worker, COALESCE(l.lost, 0) AS lost, COALESCE(l.failed, 0) AS failed, c.checkpoint_json
        {Free} {only}
        ORDER BY s.shard_index LIMIT 1
        """, new { run = run.ToString(), now = tx.NowMicroseconds });

    private static async Task<bool> AllDoneAsync(StateTransaction tx, RunId run) => await tx.NumberAsync("""
        SELECT COUNT(*) FROM shards s
        WHERE s.run_id = @run AND NOT EXISTS (SELECT 1 FROM receipts r WHERE r.run_id = s.run_id AND r.shard_index = s.shard_index)
        """, new { run = run.ToString() }).ConfigureAwait(false) == 0;

    // Null means that somebody else changed the lease first.
    private async Task<LeaseOutcome?> TryGrantAsync(StateTransaction tx, RunId run, FreeShard free, string worker, TimeSpan ttl)
    {
        var expires = tx.NowMicroseconds + EpochMicroseconds.Of(ttl);
        var index = (int)free.ShardIndex;
        var lost = free.Worker is null ? 0 : 1;

        // The fence is raised only from the value that was seen, so that two grants can never give the same one, whatever the engine's isolation.
        var fence = await tx.NumberAsync("""
            INSERT INTO leases (run_id, shard_index, fence, worker, expires_at, process) VALUES (@run, @index, 1, @worker, @expires, @process)
            ON CONFLICT (run_id, shard_index) DO UPDATE SET fence = leases.fence + 1, worker = excluded.worker, expires_at = excluded.expires_at,
                process = excluded.process, lost = leases.lost + @lost
                WHERE leases.fence = @seen AND (leases.worker IS NULL OR leases.expires_at <= @now)
            RETURNING fence
            """, new { run = run.ToString(), index, worker, expires, process, lost, seen = free.Fence ?? 0, now = tx.NowMicroseconds }).ConfigureAwait(false);
        if (fence is not { } raised)
            return null;
        var from = free.CheckpointJson is { } json ? StoredJson.Read<Checkpoint>(json, $"checkpoints, run {run}, shard {index}") : Checkpoint.Start;
        return new LeaseOutcome.Granted(
            new Lease(run, index, new FenceToken(raised), worker, EpochMicroseconds.ToInstant(expires)),
            StoredJson.Read<Shard>(free.ShardJson, $"shards, run {run}, shard {index}"), from, TakenOver: free.Worker is not null,
            new ShardAttempts(free.Lost + lost, free.Failed));
    }

    private sealed class FreeShard
    {
        public long ShardIndex { get; init; }
        public string ShardJson { get; init; } = "";
        public long? Fence { get; init; }
        public string? Worker { get; init; }
        public long Lost { get; init; }
        public long Failed { get; init; }
        public string? CheckpointJson { get; init; }
    }

    private sealed class ProgressRow
    {
        public long ShardIndex { get; init; }
        public long ShardRows { get; init; }
        public long? Fence { get; init; }
        public string? Worker { get; init; }
        public string? Process { get; init; }
        public long? ExpiresAt { get; init; }
        public long? AcceptedFence { get; init; }
        public long RowsRead { get; init; }
        public long RowsScored { get; init; }
        public long RowsReused { get; init; }
        public long RowsRejected { get; init; }

        public ShardProgress ToProgress(long now)
        {
            var state = AcceptedFence is not null ? ShardState.Done
                : Worker is null ? ShardState.Free
                : ExpiresAt <= now ? ShardState.Expired : ShardState.Leased;
            return new ShardProgress((int)ShardIndex, ShardRows, new RowCounts(RowsRead, RowsScored, RowsReused, RowsRejected), Worker,
                new FenceToken(Fence ?? 0), state, Process);
        }
    }
}
