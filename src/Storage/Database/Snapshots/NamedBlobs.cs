using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Snapshots;

/// <summary>Which blobs a row names; the sweeper removes the others. Thread-safe.</summary>
/// <param name="database">The database.</param>
public sealed class NamedBlobs(StateDatabase database)
{
    /// <summary>Those of some blobs that are named by a receipt, a checkpoint of an unfinished shard, a segment or a model. Of runs only the rows of those are
    /// read whose blobs are asked about.</summary>
    /// <remarks>What a later run takes over of a blob of an earlier one is named by the rows of the earlier one too.</remarks>
    public Task<IReadOnlySet<string>> AmongAsync(IReadOnlyCollection<string> names, CancellationToken ct) =>
        database.ReadTogetherAsync<IReadOnlySet<string>>(async tx =>
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        foreach (var run in names.Select(RunOf).OfType<string>().Distinct(StringComparer.Ordinal))
            await OfRunAsync(tx, run, named).ConfigureAwait(false);
        foreach (var portion in names.Where(n => RunOf(n) is null).Chunk(StateLimits.MaxListed))
            named.UnionWith(await tx.QueryAsync<string>("""
                SELECT blob_name FROM models WHERE blob_name IN @portion UNION SELECT blob_name FROM model_files WHERE blob_name IN @portion
                """, new { portion }).ConfigureAwait(false));
        named.IntersectWith(names);
        return named;
    }, ct);

    private static async Task OfRunAsync(StateTransaction tx, string run, HashSet<string> named)
    {
        foreach (var json in await tx.QueryAsync<string>("SELECT receipt_json FROM receipts WHERE run_id = @run", new { run }).ConfigureAwait(false))
            named.UnionWith(StoredJson.Read<NamedReceipt>(json, $"receipts, run {run}").Final.Artifacts.Select(a => a.BlobName));
        foreach (var json in await tx.QueryAsync<string>("""
            SELECT c.checkpoint_json FROM checkpoints c
            WHERE c.run_id = @run AND NOT EXISTS (SELECT 1 FROM receipts r WHERE r.run_id = c.run_id AND r.shard_index = c.shard_index)
            """, new { run }).ConfigureAwait(false))
            named.UnionWith(StoredJson.Read<NamedFiles>(json, $"checkpoints, run {run}").Artifacts.Select(a => a.BlobName));
        named.UnionWith(await tx.QueryAsync<string>("SELECT blob_name FROM segments WHERE run_id = @run", new { run }).ConfigureAwait(false));
    }

    private static string? RunOf(string name) => name.Split('/') is ["runs", var run, ..] ? run : null;

    // Of a receipt only its artifacts are read: the profiles beside them are most of it.
    private sealed record NamedReceipt(NamedFiles Final);

    private sealed record NamedFiles(IReadOnlyList<Artifact> Artifacts);
}
