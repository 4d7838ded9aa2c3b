using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Snapshots;

/// <summary>One row of snapshots with where its current pointer stands.</summary>
internal sealed class SnapshotRow
{
    /// <summary>The columns, with s for snapshots and c for current_snapshots.</summary>
    public const string Query = """
        SELECT s.id, s.serving_name, s.run_id, s.model_name, s.model_number, s.model_digest, s.key_kind, s.outputs_json, s.partition_count,
            s.as_of, s.created_at,
            CASE WHEN c.snapshot_id IS NULL THEN 0 ELSE 1 END AS is_current,
            (SELECT MAX(p.published_at) FROM publications p WHERE p.snapshot_id = s.id) AS published_at
        FROM snapshots s
        LEFT JOIN current_snapshots c ON c.serving_name = s.serving_name AND c.snapshot_id = s.id
        """;

    private const string SegmentQuery = "SELECT partition_index, blob_name, bytes, checksum, artifact_rows, distinct_keys, unverified_nights FROM segments";

    public long Id { get; init; }
    public string ServingName { get; init; } = "";
    public string RunId { get; init; } = "";
    public string ModelName { get; init; } = "";
    public long ModelNumber { get; init; }
    public string ModelDigest { get; init; } = "";
    public string KeyKind { get; init; } = "";
    public string OutputsJson { get; init; } = "";
    public long PartitionCount { get; init; }
    public long AsOf { get; init; }
    public long CreatedAt { get; init; }
    public long IsCurrent { get; init; }
    public long? PublishedAt { get; init; }

    /// <summary>The snapshot with its segments.</summary>
    public async Task<SnapshotInfo> ToSnapshotAsync(StateTransaction tx) => new(
        Id, ServingName, Domain.RunId.Parse(RunId), new ModelVersion(ModelName, (int)ModelNumber, Digest.Parse(ModelDigest)), Enum.Parse<KeyKind>(KeyKind),
        StoredJson.Read<IReadOnlyList<OutputColumn>>(OutputsJson, $"snapshots, snapshot {Id}"), (int)PartitionCount,
        EpochMicroseconds.ToInstant(AsOf), EpochMicroseconds.ToInstant(CreatedAt), await SegmentsAsync(tx, RunId).ConfigureAwait(false));

    /// <summary>What is served under the name; null means nothing is published.</summary>
    public static async Task<SnapshotInfo?> CurrentAsync(StateTransaction tx, string servingName) =>
        await tx.FindAsync<SnapshotRow>($"{Query} WHERE s.id = (SELECT k.snapshot_id FROM current_snapshots k WHERE k.serving_name = @servingName)",
            new { servingName })
            .ConfigureAwait(false) is { } row
            ? await row.ToSnapshotAsync(tx).ConfigureAwait(false) : null;

    /// <summary>A run's segments in partition order.</summary>
    public static async Task<IReadOnlyList<SegmentInfo>> SegmentsAsync(StateTransaction tx, string run)
    {
        var rows = await tx.QueryAsync<SegmentRow>($"{SegmentQuery} WHERE run_id = @run ORDER BY partition_index", new { run }).ConfigureAwait(false);
        return [.. rows.Select(r => r.ToSegment())];
    }

    /// <summary>The segment of one partition, which is recorded.</summary>
    public static async Task<SegmentInfo> SegmentAsync(StateTransaction tx, string run, int partition) =>
        (await tx.FindAsync<SegmentRow>($"{SegmentQuery} WHERE run_id = @run AND partition_index = @partition", new { run, partition }).ConfigureAwait(false)
            ?? throw new InvariantBrokenException("a segment that was just recorded is found", $"run {run}, partition {partition}")).ToSegment();

    private sealed class SegmentRow
    {
        public long PartitionIndex { get; init; }
        public string BlobName { get; init; } = "";
        public long Bytes { get; init; }
        public string Checksum { get; init; } = "";
        public long ArtifactRows { get; init; }
        public long DistinctKeys { get; init; }
        public long UnverifiedNights { get; init; }

        public SegmentInfo ToSegment() => new((int)PartitionIndex,
            new Artifact(BlobName, ArtifactKind.Segment, Bytes, ulong.Parse(Checksum, NumberStyles.HexNumber, CultureInfo.InvariantCulture), ArtifactRows),
                DistinctKeys)
        { UnverifiedNights = (int)UnverifiedNights };
    }
}
