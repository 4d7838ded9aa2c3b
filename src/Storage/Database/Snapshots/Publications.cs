using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;

namespace BatchEngine.Storage.Database.Snapshots;

/// <summary>The moves of current pointers, forward and back. Thread-safe; each move is one transaction, recorded for good.</summary>
internal sealed class Publications(StateDatabase database)
{
    /// <summary>Moves the pointer to a snapshot whose run is complete.</summary>
    public Task PublishAsync(long id, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        var row = await tx.FindAsync<SnapshotRow>($"{SnapshotRow.Query} WHERE s.id = @id", new { id }).ConfigureAwait(false)
            ?? throw new BadInputException("snapshot", $"{id}", "the id of a stored snapshot", "List them with: batchengine snapshots list.");
        var snapshot = await row.ToSnapshotAsync(tx).ConfigureAwait(false);
        await RequireCompleteAsync(tx, snapshot).ConfigureAwait(false);
        if (row.IsCurrent == 1)
            return false;
        var current = await CurrentAsync(tx, snapshot.ServingName).ConfigureAwait(false);
        await MoveAsync(tx, snapshot.ServingName, id, current?.Number, isRollback: false).ConfigureAwait(false);
        return true;
    }, ct);

    /// <summary>Moves the pointer to where it was before.</summary>
    public Task<SnapshotInfo?> RollbackAsync(string servingName, CancellationToken ct) => database.WriteAsync<SnapshotInfo?>(async tx =>
    {
        var current = await CurrentAsync(tx, servingName).ConfigureAwait(false);
        if (current?.PreviousNumber is not { } before)
            return null;
        var previous = await tx.FindAsync<Publication>("SELECT number, snapshot_id, previous_number FROM publications WHERE number = @before", new { before })
            .ConfigureAwait(false)
            ?? throw new InvariantBrokenException("publications are never removed", $"{servingName}: publication {before}");
        var row = await tx.FindAsync<SnapshotRow>($"{SnapshotRow.Query} WHERE s.id = @id", new { id = previous.SnapshotId }).ConfigureAwait(false)
            ?? throw new InvariantBrokenException("a published snapshot is stored", $"{servingName}: snapshot {previous.SnapshotId}");
        var snapshot = await row.ToSnapshotAsync(tx).ConfigureAwait(false);
        await RequireCompleteAsync(tx, snapshot).ConfigureAwait(false);
        await MoveAsync(tx, servingName, previous.SnapshotId, previous.PreviousNumber, isRollback: true).ConfigureAwait(false);
        return snapshot;
    }, ct);

    private static Task<Publication?> CurrentAsync(StateTransaction tx, string servingName) => tx.FindAsync<Publication>("""
        SELECT p.number, p.snapshot_id, p.previous_number FROM current_snapshots c JOIN publications p ON p.number = c.publication_number
        WHERE c.serving_name = @servingName
        """, new { servingName });

    private static async Task MoveAsync(StateTransaction tx, string servingName, long snapshot, long? previous, bool isRollback)
    {
        var number = await tx.NextAsync("publication").ConfigureAwait(false);
        await tx.ExecuteAsync("""
            INSERT INTO publications (number, serving_name, snapshot_id, previous_number, is_rollback, published_at)
            VALUES (@number, @servingName, @snapshot, @previous, @isRollback, @now)
            """, new { number, servingName, snapshot, previous, isRollback = isRollback ? 1 : 0, now = tx.NowMicroseconds }).ConfigureAwait(false);
        await tx.ExecuteAsync("""
            INSERT INTO current_snapshots (serving_name, snapshot_id, publication_number) VALUES (@servingName, @snapshot, @number)
            ON CONFLICT (serving_name) DO UPDATE SET snapshot_id = excluded.snapshot_id, publication_number = excluded.publication_number
            """, new { servingName, snapshot, number }).ConfigureAwait(false);
        await tx.NextAsync("change-stamp").ConfigureAwait(false);
    }

    // I2 and I3, read back from the rows at the moment that counts, whatever the caller checked before.
    private static async Task RequireCompleteAsync(StateTransaction tx, SnapshotInfo snapshot)
    {
        var sums = await tx.FindAsync<Sums>("""
            SELECT u.manifest_rows, u.shard_count, u.partition_count, COUNT(r.shard_index) AS receipts,
                CAST(COALESCE(SUM(r.rows_read), 0) AS BIGINT) AS rows_read,
                CAST(COALESCE(SUM(r.rows_scored + r.rows_reused), 0) AS BIGINT) AS rows_predicted,
                CAST(COALESCE(SUM(r.rows_rejected), 0) AS BIGINT) AS rows_rejected
            FROM runs u LEFT JOIN receipts r ON r.run_id = u.run_id
            WHERE u.run_id = @run GROUP BY u.run_id, u.manifest_rows, u.shard_count, u.partition_count
            """, new { run = snapshot.Run.ToString() }).ConfigureAwait(false)
            ?? throw new InvariantBrokenException("a snapshot's run is recorded", $"snapshot {snapshot.Id}, run {snapshot.Run}");
        if (sums.Receipts != sums.ShardCount || sums.RowsRead != sums.ManifestRows || sums.RowsPredicted + sums.RowsRejected != sums.RowsRead)
        {
            throw new InvariantBrokenException("receipts add up to the manifest before a snapshot is published (I2)",
                $"run {snapshot.Run}: {sums.Receipts} receipts of {sums.ShardCount} shards, {sums.RowsPredicted} predicted "
                + $"and {sums.RowsRejected} rejected of {sums.RowsRead} read, manifest {sums.ManifestRows} rows");
        }
        if (snapshot.PartitionCount != sums.PartitionCount || snapshot.Segments.Count != snapshot.PartitionCount
            || snapshot.Segments.Where((s, index) => s.Partition != index).Any()
            || snapshot.Keys > sums.RowsPredicted)
        {
            throw new InvariantBrokenException("every partition has one segment, with no more keys than predictions (I3)",
                $"snapshot {snapshot.Id}: {snapshot.Segments.Count} segments of {snapshot.PartitionCount} partitions, {sums.PartitionCount} planned; "
                + $"{snapshot.Keys} keys, {sums.RowsPredicted} predictions");
        }
    }

    private sealed class Publication
    {
        public long Number { get; init; }
        public long SnapshotId { get; init; }
        public long? PreviousNumber { get; init; }
    }

    private sealed class Sums
    {
        public long ManifestRows { get; init; }
        public long ShardCount { get; init; }
        public long PartitionCount { get; init; }
        public long Receipts { get; init; }
        public long RowsRead { get; init; }
        public long RowsPredicted { get; init; }
        public long RowsRejected { get; init; }
    }
}
