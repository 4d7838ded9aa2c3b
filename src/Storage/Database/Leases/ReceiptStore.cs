using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Leases;

/// <summary>What of each shard is durable: its newest checkpoint while it is scored, its receipt when it is done. Thread-safe.</summary>
/// <remarks>A write under an older fence than the shard's newest, or under a released lease, is refused; a write under the newest fence counts even when the
/// lease has expired, as long as nobody took the shard over. Isolation: row locks; a shard is held while its checkpoint or receipt is written.</remarks>
/// <param name="database">The database.</param>
public sealed class ReceiptStore(StateDatabase database)
{
    /// <summary>Records what is durable now; the blobs it names must be committed before.</summary>
    /// <exception cref="FenceLostException">Another worker owns the shard, or it is finished.</exception>
    /// <exception cref="InvariantBrokenException">The counts do not add up, exceed the shard, or go back behind the stored checkpoint.</exception>
    public Task CheckpointAsync(Lease lease, Checkpoint checkpoint, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        await LeaseFence.RequireAsync(tx, lease).ConfigureAwait(false);
        if (await AcceptedAsync(tx, lease).ConfigureAwait(false) is not null)
            throw new FenceLostException(lease.Run, lease.ShardIndex, lease.Fence);
        var rows = await ShardRowsAsync(tx, lease).ConfigureAwait(false);
        var reached = await tx.NumberAsync("SELECT next_unit FROM checkpoints WHERE run_id = @run AND shard_index = @shard", Shard(lease))
            .ConfigureAwait(false) ?? 0;
        if (!checkpoint.Counts.AddsUp || checkpoint.Counts.Read > rows || checkpoint.NextUnitIndex < reached)
            throw new InvariantBrokenException("a checkpoint adds up, stays within its shard and never goes back",
                $"{Place(lease)}: {checkpoint.Counts} of {rows} rows, next unit {checkpoint.NextUnitIndex} after {reached}");
        await SaveCheckpointAsync(tx, lease, checkpoint).ConfigureAwait(false);
        return true;
    }, Isolation.RowLocks, ct);

    /// <summary>Accepts the shard's receipt: the one conditional write that finishes a shard (I1). Repeating an identical receipt does nothing.</summary>
    /// <exception cref="FenceLostException">Another worker owns the shard or has finished it.</exception>
    /// <exception cref="InvariantBrokenException">The counts do not add up to the shard's rows, or differ from the accepted receipt under the same
    /// fence.</exception>
    public Task CommitAsync(Lease lease, ShardReceipt receipt, CancellationToken ct)
    {
        if (receipt.Run != lease.Run || receipt.ShardIndex != lease.ShardIndex || receipt.Fence != lease.Fence)
            throw new InvariantBrokenException("a receipt is written under its own lease",
                $"{Place(lease)} under {lease.Fence}, receipt of shard {receipt.ShardIndex} under {receipt.Fence}");
        return database.WriteAsync(async tx =>
        {
            var json = StoredJson.Write(receipt);
            await ShardLock.HoldAsync(tx, lease.Run, lease.ShardIndex).ConfigureAwait(false);
            if (await AcceptedAsync(tx, lease).ConfigureAwait(false) is { } accepted)
                return accepted.Fence != lease.Fence.Value ? throw new FenceLostException(lease.Run, lease.ShardIndex, lease.Fence)
                    : accepted.ReceiptJson == json ? false
                        : throw new InvariantBrokenException("a shard has one receipt (I1)",
                        $"{Place(lease)}: a second, different one under fence {lease.Fence}");
            await LeaseFence.RequireAsync(tx, lease).ConfigureAwait(false);
            var rows = await ShardRowsAsync(tx, lease).ConfigureAwait(false);
            var counts = receipt.Final.Counts;
            if (!counts.AddsUp || counts.Read != rows)
                throw new InvariantBrokenException("a receipt adds up to its shard", $"{Place(lease)}: {counts} of {rows} rows");
            await tx.ExecuteAsync("""
                INSERT INTO receipts (run_id, shard_index, fence, rows_read, rows_scored, rows_reused, rows_rejected, accepted_at, receipt_json)
                VALUES (@run, @shard, @fence, @Read, @Scored, @Reused, @Rejected, @now, @json)
                """, new
            {
                run = lease.Run.ToString(),
                shard = lease.ShardIndex,
                fence = lease.Fence.Value,
                counts.Read,
                counts.Scored,
                counts.Reused,
                counts.Rejected,
                now = tx.NowMicroseconds,
                json,
            }).ConfigureAwait(false);
            await RequireKeptAsync(tx, receipt).ConfigureAwait(false);
            return true;
        }, Isolation.RowLocks, ct);
    }

    // What a receipt names of an earlier run must not be on its way out.
    private static async Task RequireKeptAsync(StateTransaction tx, ShardReceipt receipt)
    {
        var carried = receipt.Final.Artifacts.Select(a => a.BlobName).Where(b => RunParts.OwnerOf(b) is { } owner && owner != receipt.Run.ToString()).ToList();
        if (carried.Count == 0)
            return;
        await RunParts.CarriesAsync(tx, receipt.Run, carried).ConfigureAwait(false);
        if (await RunParts.RemovedAsync(tx, carried).ConfigureAwait(false) is [var gone, ..])
            throw new StorageFailedException(gone, "it was retired while a shard that names it was carried over; the shard is scored when it is tried again.",
                isTransient: true);
    }

    /// <summary>The accepted receipts in shard order.</summary>
    public Task<IReadOnlyList<ShardReceipt>> ListAsync(RunId run, CancellationToken ct) => database.ReadAsync(async tx =>
    {
        var rows = await tx.QueryAsync<string>("SELECT receipt_json FROM receipts WHERE run_id = @run ORDER BY shard_index", new { run = run.ToString() })
            .ConfigureAwait(false);
        return (IReadOnlyList<ShardReceipt>)[.. rows.Select((json, index) => StoredJson.Read<ShardReceipt>(json, $"receipts, run {run}, row {index}"))];
    }, ct);

    /// <summary>The accepted receipt of one shard; null means that there is none yet.</summary>
    public Task<ShardReceipt?> FindAsync(RunId run, int shardIndex, CancellationToken ct) => database.ReadAsync(async tx =>
        await tx.FindAsync<string>("SELECT receipt_json FROM receipts WHERE run_id = @run AND shard_index = @shard",
            new { run = run.ToString(), shard = shardIndex }).ConfigureAwait(false) is { } json
            ? StoredJson.Read<ShardReceipt>(json, $"receipts, run {run}, shard {shardIndex}")
            : null, ct);

    /// <summary>How many shards have their receipt.</summary>
    public Task<int> CountAsync(RunId run, CancellationToken ct) => database.ReadAsync(async tx =>
        (int)(await tx.NumberAsync("SELECT COUNT(*) FROM receipts WHERE run_id = @run", new { run = run.ToString() }).ConfigureAwait(false) ?? 0), ct);

    private static async Task<long> ShardRowsAsync(StateTransaction tx, Lease lease) =>
        await tx.NumberAsync("SELECT shard_rows FROM shards WHERE run_id = @run AND shard_index = @shard", Shard(lease)).ConfigureAwait(false)
        ?? throw new InvariantBrokenException("a lease is of a recorded shard", Place(lease));

    private static Task<ReceiptRow?> AcceptedAsync(StateTransaction tx, Lease lease) =>
        tx.FindAsync<ReceiptRow>("SELECT fence, receipt_json FROM receipts WHERE run_id = @run AND shard_index = @shard", Shard(lease));

    private static Task SaveCheckpointAsync(StateTransaction tx, Lease lease, Checkpoint checkpoint) => tx.ExecuteAsync("""
        INSERT INTO checkpoints (run_id, shard_index, fence, next_unit, rows_read, rows_scored, rows_reused, rows_rejected, saved_at, checkpoint_json)
        VALUES (@run, @shard, @fence, @unit, @Read, @Scored, @Reused, @Rejected, @now, @json)
        ON CONFLICT (run_id, shard_index) DO UPDATE SET fence = excluded.fence, next_unit = excluded.next_unit,
            rows_read = excluded.rows_read, rows_scored = excluded.rows_scored, rows_reused = excluded.rows_reused,
            rows_rejected = excluded.rows_rejected, saved_at = excluded.saved_at, checkpoint_json = excluded.checkpoint_json
        """, new
    {
        run = lease.Run.ToString(),
        shard = lease.ShardIndex,
        fence = lease.Fence.Value,
        unit = checkpoint.NextUnitIndex,
        checkpoint.Counts.Read,
        checkpoint.Counts.Scored,
        checkpoint.Counts.Reused,
        checkpoint.Counts.Rejected,
        now = tx.NowMicroseconds,
        json = StoredJson.Write(checkpoint),
    });

    private static object Shard(Lease lease) => new { run = lease.Run.ToString(), shard = lease.ShardIndex };

    private static string Place(Lease lease) => $"run {lease.Run}, shard {lease.ShardIndex}";

    private sealed class ReceiptRow
    {
        public long Fence { get; init; }
        public string ReceiptJson { get; init; } = "";
    }
}
