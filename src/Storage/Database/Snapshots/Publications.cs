using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Runs;

namespace BatchEngine.Storage.Database.Snapshots;

/// <summary>The moves of current pointers, forward and back. Thread-safe; each move is one transaction, recorded for good.</summary>
/// <remarks>Isolation: serializable; a move is decided from the run, the lead, the receipts and what serves now.</remarks>
internal sealed class Publications(StateDatabase database)
{
    /// <summary>The coordinator publishes its run: state, lead, the instant that serves and the name are looked at in the transaction that moves the pointer,
    /// ends the run and records why.</summary>
    public Task<PublishOutcome> PublishRunAsync(Lead lead, string reason, CancellationToken ct) => database.WriteAsync<PublishOutcome>(async tx =>
    {
        await LeadFence.RequireAsync(tx, lead).ConfigureAwait(false);
        var state = await StateAsync(tx, lead.Run).ConfigureAwait(false);
        if (state is not (RunState.Judging or RunState.Published))
            return new PublishOutcome.NotJudged(state);
        var row = await tx.FindAsync<SnapshotRow>($"{SnapshotRow.Query} WHERE s.run_id = @run", new { run = lead.Run.ToString() }).ConfigureAwait(false)
            ?? throw new InvariantBrokenException("a run is published after its snapshot was stored", lead.Run.ToString());
        var snapshot = await row.ToSnapshotAsync(tx).ConfigureAwait(false);
        if (row.PublishedAt is not null)
        {
            // It was published before, and the pointer may have moved on since: it is left alone.
            await RunMove.ApplyAsync(tx, lead.Run, RunState.Judging, RunState.Published, "", null).ConfigureAwait(false);
            return new PublishOutcome.Published(snapshot);
        }
        var current = await SnapshotRow.CurrentAsync(tx, snapshot.ServingName).ConfigureAwait(false);
        if (current is not null && current.Run.Job != lead.Run.Job
            && current.Run.Job != (await PlannedContract.JobAsync(tx, lead.Run).ConfigureAwait(false)).Serving.FormerJob)
            return new PublishOutcome.NameTaken(current);
        if (current is not null && current.AsOf > snapshot.AsOf)
            return await CompleteAsync(tx, snapshot, current, reason).ConfigureAwait(false);
        await RequireCompleteAsync(tx, snapshot).ConfigureAwait(false);
        await MoveToAsync(tx, snapshot).ConfigureAwait(false);
        await RunMove.ApplyAsync(tx, lead.Run, RunState.Judging, RunState.Published, "", Serves(tx, snapshot, reason)).ConfigureAwait(false);
        return new PublishOutcome.Published(snapshot);
    }, ct);

    /// <summary>A person lets a snapshot serve, whatever served until now, and so releases a run that was held or completed.</summary>
    public Task<SnapshotInfo> PublishAsync(long id, ByHand by, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        var row = await tx.FindAsync<SnapshotRow>($"{SnapshotRow.Query} WHERE s.id = @id", new { id }).ConfigureAwait(false)
            ?? throw new BadInputException("snapshot", $"{id}", "the id of a stored snapshot", "List them with: batchengine snapshots list.");
        var snapshot = await row.ToSnapshotAsync(tx).ConfigureAwait(false);
        var state = await RequireReleasableAsync(tx, snapshot.Run, RunState.Published).ConfigureAwait(false);
        await LetServeAsync(tx, snapshot, row.IsCurrent == 1, state, by).ConfigureAwait(false);
        return snapshot;
    }, ct);

    /// <summary>A person accepts a run that was held back: its snapshot serves, unless a newer one does, and later runs are compared with it.</summary>
    public Task<PublishOutcome> ReleaseAsync(RunId run, ByHand by, CancellationToken ct) => database.WriteAsync<PublishOutcome>(async tx =>
    {
        var state = await RequireReleasableAsync(tx, run, RunState.Held).ConfigureAwait(false);
        var row = await tx.FindAsync<SnapshotRow>($"{SnapshotRow.Query} WHERE s.run_id = @run", new { run = run.ToString() }).ConfigureAwait(false)
            ?? throw new InvariantBrokenException("a run is held after its snapshot was stored", run.ToString());
        var snapshot = await row.ToSnapshotAsync(tx).ConfigureAwait(false);
        var current = await SnapshotRow.CurrentAsync(tx, snapshot.ServingName).ConfigureAwait(false);
        if (current is not null && current.AsOf > snapshot.AsOf)
        {
            await ReleaseAsync(tx, run, state, RunState.Completed).ConfigureAwait(false);
            await DecisionStore.AppendAsync(tx, StaysBehind(tx, snapshot, current, Reason(state, by))).ConfigureAwait(false);
            return new PublishOutcome.NewerServes(current);
        }
        await LetServeAsync(tx, snapshot, row.IsCurrent == 1, state, by).ConfigureAwait(false);
        return new PublishOutcome.Published(snapshot);
    }, ct);

    /// <summary>What served before what serves now, the nearest first: the way back that roll-backs take.</summary>
    public Task<IReadOnlyList<SnapshotInfo>> ServedBeforeAsync(string servingName, int most, CancellationToken ct) =>
        database.ReadTogetherAsync<IReadOnlyList<SnapshotInfo>>(async tx =>
    {
        var found = new List<SnapshotInfo>();
        var at = await CurrentAsync(tx, servingName).ConfigureAwait(false);
        while (found.Count < most && at?.PreviousNumber is { } before)
        {
            at = await tx.FindAsync<Publication>("SELECT number, snapshot_id, previous_number FROM publications WHERE number = @before", new { before })
                .ConfigureAwait(false);
            if (at is not null && await tx.FindAsync<SnapshotRow>($"{SnapshotRow.Query} WHERE s.id = @id", new { id = at.SnapshotId }).ConfigureAwait(false)
                is { } row && await row.ToSnapshotAsync(tx).ConfigureAwait(false) is { Segments.Count: > 0 } kept)
                found.Add(kept);
        }
        return found;
    }, ct);

    /// <summary>Moves the pointer to where it was before.</summary>
    public Task<SnapshotInfo?> RollbackAsync(string servingName, ByHand by, CancellationToken ct) => database.WriteAsync<SnapshotInfo?>(async tx =>
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
        await MoveAsync(tx, snapshot, previous.PreviousNumber, isRollback: true).ConfigureAwait(false);
        await DecisionStore.AppendAsync(tx, Serves(tx, snapshot, $"rolled back by {by.Who}: {by.Why}")).ConfigureAwait(false);
        return snapshot;
    }, ct);

    private static async Task LetServeAsync(StateTransaction tx, SnapshotInfo snapshot, bool isCurrent, RunState state, ByHand by)
    {
        await RequireCompleteAsync(tx, snapshot).ConfigureAwait(false);
        if (!isCurrent)
            await MoveToAsync(tx, snapshot).ConfigureAwait(false);
        if (isCurrent && state == RunState.Published)
            return;
        await ReleaseAsync(tx, snapshot.Run, state, RunState.Published).ConfigureAwait(false);
        await DecisionStore.AppendAsync(tx, Serves(tx, snapshot, Reason(state, by))).ConfigureAwait(false);
    }

    // Unlike a coordinator's move it keeps when the run ended.
    private static Task<int> ReleaseAsync(StateTransaction tx, RunId run, RunState from, RunState to) => tx.ExecuteAsync(
        "UPDATE runs SET state = @to, note = '' WHERE run_id = @run AND state = @from",
        new { run = run.ToString(), from = from.ToString(), to = to.ToString() });

    private static async Task<PublishOutcome> CompleteAsync(StateTransaction tx, SnapshotInfo snapshot, SnapshotInfo current, string reason)
    {
        await RequireCompleteAsync(tx, snapshot).ConfigureAwait(false);
        var why = StaysBehind(tx, snapshot, current, reason);
        await RunMove.ApplyAsync(tx, snapshot.Run, RunState.Judging, RunState.Completed, why.Reason, why).ConfigureAwait(false);
        return new PublishOutcome.NewerServes(current);
    }

    private static Decision Serves(StateTransaction tx, SnapshotInfo snapshot, string reason) => new(snapshot.Run, tx.Now, DecisionSubject.Publish,
        string.Create(CultureInfo.InvariantCulture, $"snapshot {snapshot.Id} serves {snapshot.ServingName}"), reason);

    private static Decision StaysBehind(StateTransaction tx, SnapshotInfo snapshot, SnapshotInfo current, string reason) => new(snapshot.Run, tx.Now,
        DecisionSubject.Publish, "completed, not published", string.Create(CultureInfo.InvariantCulture,
            $"snapshot {current.Id} of run {current.Run}, as of {Figures.Instant(current.AsOf)}, is newer and keeps serving; ")
            + string.Create(CultureInfo.InvariantCulture, $"to go back to this one: batchengine snapshots publish {snapshot.Id} ({reason})"));

    private static string Reason(RunState state, ByHand by) => state switch
    {
        RunState.Held => $"held until now, released by {by.Who}: {by.Why}",
        RunState.Completed => $"completed until now, published by {by.Who}: {by.Why}",
        _ => $"published by {by.Who}: {by.Why}",
    };

    private static async Task<RunState> RequireReleasableAsync(StateTransaction tx, RunId run, RunState wished)
    {
        var state = await StateAsync(tx, run).ConfigureAwait(false);
        if (state == RunState.Held || (wished == RunState.Published && state is RunState.Published or RunState.Completed))
            return state;
        throw new BadInputException($"run {run}", state.ToString().ToLowerInvariant(),
            wished == RunState.Held ? "a run that is held" : "a run that has ended: published, held or completed", state switch
            {
                RunState.Published or RunState.Completed => "It needs no release. To let its snapshot serve: batchengine snapshots publish ID.",
                RunState.Cancelled => "A cancelled run is never published; run the job at another instant.",
                _ => $"See it through first: batchengine runs resume {run}.",
            });
    }

    private static async Task<RunState> StateAsync(StateTransaction tx, RunId run) => Enum.Parse<RunState>(
        await tx.FindAsync<string>("SELECT state FROM runs WHERE run_id = @run", new { run = run.ToString() }).ConfigureAwait(false)
        ?? throw RunStore.Unknown(run));

    private static async Task MoveToAsync(StateTransaction tx, SnapshotInfo snapshot)
    {
        var current = await CurrentAsync(tx, snapshot.ServingName).ConfigureAwait(false);
        await MoveAsync(tx, snapshot, current?.Number, isRollback: false).ConfigureAwait(false);
    }

    private static Task<Publication?> CurrentAsync(StateTransaction tx, string servingName) => tx.FindAsync<Publication>("""
        SELECT p.number, p.snapshot_id, p.previous_number FROM current_snapshots c JOIN publications p ON p.number = c.publication_number
        WHERE c.serving_name = @servingName
        """, new { servingName });

    private static async Task MoveAsync(StateTransaction tx, SnapshotInfo moved, long? previous, bool isRollback)
    {
        var (servingName, snapshot) = (moved.ServingName, moved.Id);
        await RunParts.TouchAsync(tx, moved.Run).ConfigureAwait(false);
        var number = await tx.NextAsync("publication").ConfigureAwait(false);
        await tx.ExecuteAsync("""
            INSERT INTO publications (number, serving_name, snapshot_id, previous_number, is_rollback, published_at)
            VALUES (@number, @servingName, @snapshot, @previous, @isRollback, @now)
            """, new { number, servingName, snapshot, previous, isRollback = isRollback ? 1 : 0, now = tx.NowMicroseconds }).ConfigureAwait(false);
        await tx.ExecuteAsync("""
            INSERT INTO current_snapshots (serving_name, snapshot_id, publication_number) VALUES (@servingName, @snapshot, @number)
            ON CONFLICT (serving_name) DO UPDATE SET snapshot_id = excluded.snapshot_id, publication_number = excluded.publication_number
            """, new { servingName, snapshot, number }).ConfigureAwait(false);
        await PlannedContract.PutInForceAsync(tx, moved.Run).ConfigureAwait(false);
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
        if ((await RunParts.RetiredPartsAsync(tx, snapshot.Run).ConfigureAwait(false)).TryGetValue(RetentionKind.Snapshots, out var retired))
            throw new BadInputException(string.Create(CultureInfo.InvariantCulture, $"snapshot {snapshot.Id}"), $"retired at {Figures.Instant(retired)}",
                "a snapshot whose segments are kept", "List them with: batchengine snapshots list. How long they are kept is said by retention.snapshots.");
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
