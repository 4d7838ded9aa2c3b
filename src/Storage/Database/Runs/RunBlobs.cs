using BatchEngine.Domain;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Runs;

/// <summary>Which blobs the rows of a run name, inside the transactions of others. What of it was retired names nothing any more.</summary>
internal static class RunBlobs
{
    /// <summary>The blobs that a run names, with the part that each belongs to; null stands for an unfinished shard's, which go with the run.</summary>
    public static async Task<IReadOnlyList<(Artifact Artifact, RetentionKind Part)>> NamedAsync(StateTransaction tx, string run)
    {
        var retired = await RunParts.RetiredAsync(tx, run).ConfigureAwait(false);
        var named = new List<(Artifact, RetentionKind)>();
        foreach (var json in await tx.QueryAsync<string>("SELECT receipt_json FROM receipts WHERE run_id = @run", new { run }).ConfigureAwait(false))
            named.AddRange(StoredJson.Read<NamedReceipt>(json, $"receipts, run {run}").Final.Artifacts
                .Select(a => (a, RunParts.Of(a.Kind) ?? RetentionKind.Runs)).Where(a => !retired.Contains(a.Item2)));
        foreach (var json in await tx.QueryAsync<string>("""
            SELECT c.checkpoint_json FROM checkpoints c
            WHERE c.run_id = @run AND NOT EXISTS (SELECT 1 FROM receipts r WHERE r.run_id = c.run_id AND r.shard_index = c.shard_index)
            """, new { run }).ConfigureAwait(false))
            named.AddRange(StoredJson.Read<NamedFiles>(json, $"checkpoints, run {run}").Artifacts.Select(a => (a, RetentionKind.Runs)));
        foreach (var segment in await tx.QueryAsync<SegmentRow>("SELECT blob_name, bytes FROM segments WHERE run_id = @run", new { run }).ConfigureAwait(false))
            named.Add((new Artifact(segment.BlobName, ArtifactKind.Segment, segment.Bytes, 0, 0), RetentionKind.Snapshots));
        return named;
    }

    /// <summary>The runs whose rows may name blobs in the folder of a run: itself, and those that took over from it.</summary>
    public static async Task<IReadOnlyList<string>> NamersAsync(StateTransaction tx, string owner) =>
        [owner, .. await tx.QueryAsync<string>("SELECT run_id FROM carried_from WHERE from_run = @owner ORDER BY run_id", new { owner }).ConfigureAwait(false)];

    // Of a receipt only its artifacts are read: the profiles beside them are most of it.
    private sealed record NamedReceipt(NamedFiles Final);

    private sealed record NamedFiles(IReadOnlyList<Artifact> Artifacts);

    private sealed class SegmentRow
    {
        public string BlobName { get; init; } = "";
        public long Bytes { get; init; }
    }
}
