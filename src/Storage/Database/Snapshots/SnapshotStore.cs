using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Snapshots;

/// <summary>Sealed segments, the snapshots they make, which of them is served, and under what contract. Thread-safe.</summary>
/// <param name="database">The database.</param>
public sealed class SnapshotStore(StateDatabase database)
{
    private readonly Publications _publications = new(database);

    /// <summary>Names a segment. The first one recorded for a partition stays; a later one with the same number of keys is a repetition and its blob an
    /// orphan.</summary>
    /// <returns>The segment that is recorded now.</returns>
    /// <exception cref="InvariantBrokenException">A different number of keys was recorded for the partition before.</exception>
    public Task<SegmentInfo> RecordSegmentAsync(RunId run, SegmentInfo segment, CancellationToken ct) =>
        database.WriteAsync(tx => RecordAsync(tx, run, segment), ct);

    /// <summary>Names several segments in one transaction, each as <see cref="RecordSegmentAsync"/> does.</summary>
    /// <exception cref="InvariantBrokenException">A different number of keys was recorded for a partition before; none is recorded then.</exception>
    public Task RecordSegmentsAsync(RunId run, IReadOnlyList<SegmentInfo> segments, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        foreach (var segment in segments)
            await RecordAsync(tx, run, segment).ConfigureAwait(false);
        return true;
    }, ct);

    /// <summary>The run's recorded segments in partition order.</summary>
    public Task<IReadOnlyList<SegmentInfo>> SegmentsAsync(RunId run, CancellationToken ct) =>
        database.ReadAsync(tx => SnapshotRow.SegmentsAsync(tx, run.ToString()), ct);

    /// <summary>Stores a complete snapshot and gives it its id; a run has one, so repeating gives the stored one.</summary>
    /// <exception cref="InvariantBrokenException">It names a segment that is not recorded, or not one a partition (I3).</exception>
    public Task<SnapshotInfo> SaveAsync(SnapshotInfo snapshot, CancellationToken ct) => database.WriteAsync(async tx =>
    {
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

    /// <summary>Moves the serving name's current pointer to this snapshot, in one transaction. Publishing what is current already does nothing.</summary>
    /// <exception cref="BadInputException">There is no such snapshot.</exception>
    /// <exception cref="InvariantBrokenException">The run's receipts do not add up to its manifest (I2), or a partition has no segment (I3); the pointer
    /// stays.</exception>
    public Task PublishAsync(long id, CancellationToken ct) => _publications.PublishAsync(id, ct);

    /// <summary>Moves the pointer back to the snapshot that was current before this one was published; repeated calls go further back.</summary>
    /// <returns>What is current now; null means that nothing was published before, and the pointer stays.</returns>
    public Task<SnapshotInfo?> RollbackAsync(string servingName, CancellationToken ct) => _publications.RollbackAsync(servingName, ct);

    /// <summary>What is served under the name; null means nothing is published.</summary>
    public Task<SnapshotInfo?> CurrentAsync(string servingName, CancellationToken ct) => database.ReadTogetherAsync(async tx =>
        await tx.FindAsync<SnapshotRow>($"{SnapshotRow.Query} WHERE s.serving_name = @servingName AND c.snapshot_id IS NOT NULL", new { servingName })
            .ConfigureAwait(false) is { } row
            ? await row.ToSnapshotAsync(tx).ConfigureAwait(false) : null, ct);

    /// <summary>Stored snapshots, newest first.</summary>
    /// <param name="servingName">Only of this name; null means all.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<IReadOnlyList<SnapshotListing>> ListAsync(string? servingName, CancellationToken ct) =>
        database.ReadTogetherAsync<IReadOnlyList<SnapshotListing>>(async tx =>
    {
        var only = servingName is null ? "" : "WHERE s.serving_name = @servingName";
        var listings = new List<SnapshotListing>();
        foreach (var row in await tx.QueryAsync<SnapshotRow>($"{SnapshotRow.Query} {only} ORDER BY s.id DESC", new { servingName }).ConfigureAwait(false))
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

    /// <summary>Records what look-ups of the contract's name may expect; writing the same again changes nothing.</summary>
    public Task SaveContractAsync(ServingContract contract, ScoringJob job, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        var changed = await tx.ExecuteAsync("""
            INSERT INTO contracts (serving_name, contract_json, job_json, saved_at) VALUES (@Name, @contractJson, @jobJson, @now)
            ON CONFLICT (serving_name) DO UPDATE SET contract_json = excluded.contract_json, job_json = excluded.job_json, saved_at = excluded.saved_at
                WHERE contracts.contract_json <> excluded.contract_json OR contracts.job_json <> excluded.job_json
            """, new { contract.Name, contractJson = StoredJson.Write(contract), jobJson = StoredJson.Write(job), now = tx.NowMicroseconds })
            .ConfigureAwait(false);
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

    private static async Task<SegmentInfo> RecordAsync(StateTransaction tx, RunId run, SegmentInfo segment)
    {
        await tx.ExecuteAsync("""
            INSERT INTO segments (run_id, partition_index, blob_name, bytes, checksum, artifact_rows, distinct_keys)
            VALUES (@run, @Partition, @BlobName, @Bytes, @checksum, @Rows, @Keys) ON CONFLICT (run_id, partition_index) DO NOTHING
            """, new
        {
            run = run.ToString(),
            segment.Partition,
            segment.Artifact.BlobName,
            segment.Artifact.Bytes,
            checksum = segment.Artifact.Checksum.ToString("x16", CultureInfo.InvariantCulture),
            segment.Artifact.Rows,
            segment.Keys,
        }).ConfigureAwait(false);
        var recorded = await SnapshotRow.SegmentAsync(tx, run.ToString(), segment.Partition).ConfigureAwait(false);
        return recorded.Keys == segment.Keys ? recorded
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
