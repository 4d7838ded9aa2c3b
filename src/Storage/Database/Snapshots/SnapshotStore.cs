using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Leases;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Snapshots;

/// <summary>Sealed segments, the snapshots they make, which of them is served, and under what contract. Thread-safe.</summary>
/// <remarks>Isolation: serializable, and the lead is held while its coordinator writes. Segments are named under row locks: the first of a partition
/// stays.</remarks>
/// <param name="database">The database.</param>
public sealed class SnapshotStore(StateDatabase database)
{
    private readonly Publications _publications = new(database);

    /// <summary>The holder of a seal unit names a segment. The first one recorded for a partition stays; a later one with the same number of keys is a
    /// repetition and its blob an orphan.</summary>
    /// <param name="lease">What it holds.</param>
    /// <param name="segment">The segment.</param>
    /// <param name="why">What was decided on its rows, recorded with the first; null means nothing.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="FenceLostException">Another worker owns the unit, or it was given back.</exception>
    /// <exception cref="InvariantBrokenException">A different number of keys was recorded for the partition before.</exception>
    public Task RecordSegmentAsync(SealLease lease, SegmentInfo segment, Decision? why, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        if (!await LeaseTable.SealUnits.IsHeldAsync(tx, lease.Run, lease.UnitIndex, lease.Fence).ConfigureAwait(false))
            throw FenceLostException.OfSealUnit(lease.Run, lease.UnitIndex, lease.Fence);
        var isFirst = await RecordAsync(tx, lease.Run, segment).ConfigureAwait(false);
        if (isFirst && why is not null)
            await DecisionStore.AppendAsync(tx, why).ConfigureAwait(false);
        return isFirst;
    }, Isolation.RowLocks, ct);

    /// <summary>The coordinator names several segments in one transaction, each as <see cref="RecordSegmentAsync"/> does.</summary>
    /// <exception cref="LeadLostException">Another process leads the run.</exception>
    /// <exception cref="InvariantBrokenException">A different number of keys was recorded for a partition before; none is recorded then.</exception>
    public Task RecordSegmentsAsync(Lead lead, IReadOnlyList<SegmentInfo> segments, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        await LeadFence.RequireAsync(tx, lead).ConfigureAwait(false);
        foreach (var segment in segments)
            await RecordAsync(tx, lead.Run, segment).ConfigureAwait(false);
        return true;
    }, Isolation.RowLocks, ct);

    /// <summary>The run's recorded segments in partition order.</summary>
    public Task<IReadOnlyList<SegmentInfo>> SegmentsAsync(RunId run, CancellationToken ct) =>
        database.ReadAsync(tx => SnapshotRow.SegmentsAsync(tx, run.ToString()), ct);

    /// <summary>Stores a complete snapshot and gives it its id; a run has one, so repeating gives the stored one.</summary>
    /// <exception cref="LeadLostException">Another process leads the run.</exception>
    /// <exception cref="InvariantBrokenException">It names a segment that is not recorded, or not one a partition (I3).</exception>
    public Task<SnapshotInfo> SaveAsync(Lead lead, SnapshotInfo snapshot, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        await LeadFence.RequireAsync(tx, lead).ConfigureAwait(false);
        var run = snapshot.Run.ToString();
        if (await tx.FindAsync<SnapshotRow>($"{SnapshotRow.Query} WHERE s.run_id = @run", new { run }).ConfigureAwait(false) is { } stored)
            return await stored.ToSnapshotAsync(tx).ConfigureAwait(false);
        var recorded = await SnapshotRow.SegmentsAsync(tx, run).ConfigureAwait(false);
        if (recorded.Count != snapshot.PartitionCount || !recorded.SequenceEqual(snapshot.Segments))
            throw new InvariantBrokenException("a snapshot names every recorded segment of its run, one a partition (I3)",
                $"run {run}: {snapshot.PartitionCount} partitions, {snapshot.Segments.Count} named, {recorded.Count} recorded");
        var id = await tx.NextAsync("snapshot").ConfigureAwait(false);
        await tx.ExecuteAsync("""
            INSERT INTO snapshots (id, serving_name, run_id, model_name, model_number, model_digest, key_kind, outputs_json, partition_count, as_of, created_at)
            VALUES (@id, @ServingName, @run, @modelName, @modelNumber, @modelDigest, @keyKind, @outputs, @PartitionCount, @asOf, @createdAt)
            """, new
        {
            id,
            snapshot.ServingName,
            run,
            modelName = snapshot.Model.Name,
            modelNumber = snapshot.Model.Number,
            modelDigest = snapshot.Model.Digest.Hex,
            keyKind = snapshot.KeyKind.ToString(),
            outputs = StoredJson.Write(snapshot.Outputs),
            snapshot.PartitionCount,
            asOf = EpochMicroseconds.Of(snapshot.AsOf),
            createdAt = EpochMicroseconds.Of(snapshot.CreatedAt),
        }).ConfigureAwait(false);
        return await FindAsync(tx, id).ConfigureAwait(false) ?? throw new InvariantBrokenException("a stored snapshot is found", $"snapshot {id}");
    }, ct);

    /// <summary>The coordinator publishes its run, in one transaction: the serving name's current pointer moves to its snapshot, the contract of its job is in
    /// force, the run is published and the decision recorded; or nothing of it, as the outcome says. May be repeated.</summary>
    /// <exception cref="LeadLostException">Another process leads the run.</exception>
    /// <exception cref="InvariantBrokenException">The run's receipts do not add up to its manifest (I2), or a partition has no segment (I3); the pointer
    /// stays.</exception>
    public Task<PublishOutcome> PublishRunAsync(Lead lead, string reason, CancellationToken ct) => _publications.PublishRunAsync(lead, reason, ct);

    /// <summary>A person lets this snapshot serve, also an older one, in one transaction with all that <see cref="PublishRunAsync"/> does. Publishing what is
    /// current already does nothing.</summary>
    /// <exception cref="BadInputException">There is no such snapshot, or its run has not ended well.</exception>
    /// <exception cref="InvariantBrokenException">As for <see cref="PublishRunAsync"/>.</exception>
    public Task<SnapshotInfo> PublishAsync(long id, ByHand by, CancellationToken ct) => _publications.PublishAsync(id, by, ct);

    /// <summary>A person accepts a run that is held: it is published, or completed when a newer snapshot serves. Later runs are compared with it.</summary>
    /// <exception cref="BadInputException">There is no such run, or it is not held.</exception>
    /// <exception cref="InvariantBrokenException">As for <see cref="PublishRunAsync"/>.</exception>
    public Task<PublishOutcome> ReleaseAsync(RunId run, ByHand by, CancellationToken ct) => _publications.ReleaseAsync(run, by, ct);

    /// <summary>Moves the pointer back to the snapshot that was current before this one was published; repeated calls go further back.</summary>
    /// <returns>What is current now; null means that nothing was published before, and the pointer stays.</returns>
    public Task<SnapshotInfo?> RollbackAsync(string servingName, ByHand by, CancellationToken ct) => _publications.RollbackAsync(servingName, by, ct);

    /// <summary>What is served under the name; null means nothing is published.</summary>
    public Task<SnapshotInfo?> CurrentAsync(string servingName, CancellationToken ct) =>
        database.ReadTogetherAsync(tx => SnapshotRow.CurrentAsync(tx, servingName), ct);

    /// <summary>What served under the name before what serves now, the nearest first.</summary>
    /// <param name="servingName">The name.</param>
    /// <param name="most">How far back.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<IReadOnlyList<SnapshotInfo>> ServedBeforeAsync(string servingName, int most, CancellationToken ct) =>
        _publications.ServedBeforeAsync(servingName, most, ct);

    /// <summary>Stored snapshots, newest first.</summary>
    /// <param name="servingName">Only of this name; null means all.</param>
    /// <param name="limit">The most snapshots to give.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<IReadOnlyList<SnapshotListing>> ListAsync(string? servingName, int limit, CancellationToken ct) =>
        database.ReadTogetherAsync<IReadOnlyList<SnapshotListing>>(async tx =>
    {
        var only = servingName is null ? "" : "WHERE s.serving_name = @servingName";
        var listings = new List<SnapshotListing>();
        foreach (var row in await tx.QueryAsync<SnapshotRow>($"{SnapshotRow.Query} {only} ORDER BY s.id DESC LIMIT @limit", new { servingName, limit })
            .ConfigureAwait(false))
            listings.Add(new SnapshotListing(await row.ToSnapshotAsync(tx)
                .ConfigureAwait(false), row.IsCurrent == 1, EpochMicroseconds.ToInstant(row.PublishedAt)));
        return listings;
    }, ct);

    /// <summary>The snapshot; null means there is none with this id.</summary>
    public Task<SnapshotInfo?> FindAsync(long id, CancellationToken ct) => database.ReadTogetherAsync(tx => FindAsync(tx, id), ct);

    /// <summary>The run's snapshot; null means that none is stored yet.</summary>
    public Task<SnapshotListing?> FindOfRunAsync(RunId run, CancellationToken ct) => database.ReadTogetherAsync(async tx =>
        await tx.FindAsync<SnapshotRow>($"{SnapshotRow.Query} WHERE s.run_id = @run", new { run = run.ToString() }).ConfigureAwait(false) is { } row
            ? new SnapshotListing(await row.ToSnapshotAsync(tx).ConfigureAwait(false), row.IsCurrent == 1, EpochMicroseconds.ToInstant(row.PublishedAt))
                : null, ct);

    /// <summary>A number that changes whenever a current pointer or a contract changes; one read of one row, made to be polled.</summary>
    public Task<long> ChangeStampAsync(CancellationToken ct) => database.ReadAsync(async tx =>
        await tx.NumberAsync("SELECT value FROM counters WHERE name = 'change-stamp'").ConfigureAwait(false) ?? 0, ct);

    /// <summary>Says what look-ups of the job's name may expect before anything is served under it. Once a snapshot serves, its own contract is in force and
    /// this changes nothing.</summary>
    public Task OfferContractAsync(ScoringJob job, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        var changed = await PlannedContract.SaveAsync(tx, job.Serving, job,
            "AND NOT EXISTS (SELECT 1 FROM current_snapshots c WHERE c.serving_name = contracts.serving_name)").ConfigureAwait(false);
        return changed == 0 ? 0 : await tx.NextAsync("change-stamp").ConfigureAwait(false);
    }, ct);

    /// <summary>Every contract with its job, by serving name.</summary>
    public Task<IReadOnlyList<ServedContract>> ContractsAsync(CancellationToken ct) => database.ReadAsync(async tx =>
    {
        var rows = await tx.QueryAsync<ContractRow>("SELECT serving_name, contract_json, job_json FROM contracts ORDER BY serving_name").ConfigureAwait(false);
        return (IReadOnlyList<ServedContract>)[.. rows.Select(r => new ServedContract(
            StoredJson.Read<ServingContract>(r.ContractJson, $"contracts, {r.ServingName}"),
                StoredJson.Read<ScoringJob>(r.JobJson, $"contracts, {r.ServingName}")))];
    }, ct);

    private static async Task<bool> RecordAsync(StateTransaction tx, RunId run, SegmentInfo segment)
    {
        var inserted = await tx.ExecuteAsync("""
            INSERT INTO segments (run_id, partition_index, blob_name, bytes, checksum, artifact_rows, distinct_keys, unverified_nights)
            VALUES (@run, @Partition, @BlobName, @Bytes, @checksum, @Rows, @Keys, @UnverifiedNights)
            ON CONFLICT (run_id, partition_index) DO NOTHING
            """, new
        {
            run = run.ToString(),
            segment.Partition,
            segment.Artifact.BlobName,
            segment.Artifact.Bytes,
            checksum = segment.Artifact.Checksum.ToString("x16", CultureInfo.InvariantCulture),
            segment.Artifact.Rows,
            segment.Keys,
            segment.UnverifiedNights,
        }).ConfigureAwait(false);
        // A segment of the base that is kept: it must not be on its way out.
        if (inserted == 1 && RunParts.OwnerOf(segment.Artifact.BlobName) is { } owner && owner != run.ToString())
        {
            await RunParts.CarriesAsync(tx, run, [segment.Artifact.BlobName]).ConfigureAwait(false);
            if (await RunParts.RemovedAsync(tx, [segment.Artifact.BlobName]).ConfigureAwait(false) is { Count: > 0 })
                throw new StorageFailedException(segment.Artifact.BlobName, "it was retired while it was kept for this run; the run goes on without it.",
                    isTransient: true);
        }
        var recorded = await SnapshotRow.SegmentAsync(tx, run.ToString(), segment.Partition).ConfigureAwait(false);
        return recorded.Keys == segment.Keys ? inserted == 1
            : throw new InvariantBrokenException("sealing a partition again gives the same keys (I4)",
                $"run {run}, partition {segment.Partition}: {recorded.Keys} keys, then {segment.Keys}");
    }

    private static async Task<SnapshotInfo?> FindAsync(StateTransaction tx, long id) =>
        await tx.FindAsync<SnapshotRow>($"{SnapshotRow.Query} WHERE s.id = @id", new { id }).ConfigureAwait(false) is { } row
            ? await row.ToSnapshotAsync(tx).ConfigureAwait(false) : null;

    private sealed class ContractRow
    {
        public string ServingName { get; init; } = "";
        public string ContractJson { get; init; } = "";
        public string JobJson { get; init; } = "";
    }
}
