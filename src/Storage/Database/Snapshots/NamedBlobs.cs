using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Snapshots;

/// <summary>Every blob that a row names; the sweeper removes the others. Thread-safe.</summary>
/// <param name="database">The database.</param>
public sealed class NamedBlobs(StateDatabase database)
{
    /// <summary>The names in receipts, checkpoints of unfinished shards, segments and models (of those not registered: of runs that go on), from one
    /// consistent state.</summary>
    public Task<IReadOnlySet<string>> ListAsync(CancellationToken ct) => database.ReadTogetherAsync<IReadOnlySet<string>>(async tx =>
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var json in await tx.QueryAsync<string>("SELECT receipt_json FROM receipts").ConfigureAwait(false))
            names.UnionWith(StoredJson.Read<NamedReceipt>(json, "receipts").Final.Artifacts.Select(a => a.BlobName));
        foreach (var json in await tx.QueryAsync<string>("""
            SELECT c.checkpoint_json FROM checkpoints c
            WHERE NOT EXISTS (SELECT 1 FROM receipts r WHERE r.run_id = c.run_id AND r.shard_index = c.shard_index)
            """).ConfigureAwait(false))
            names.UnionWith(StoredJson.Read<NamedFiles>(json, "checkpoints").Artifacts.Select(a => a.BlobName));
        names.UnionWith(await tx.QueryAsync<string>("SELECT blob_name FROM segments UNION SELECT blob_name FROM models UNION SELECT blob_name FROM model_files")
            .ConfigureAwait(false));
        names.UnionWith(await tx.QueryAsync<string>($"""
            SELECT m.blob_name FROM file_models m
            WHERE EXISTS (SELECT 1 FROM runs r WHERE r.model_digest = m.digest AND r.model_number = 0 AND r.state IN ({GoingOn}))
            UNION SELECT w.blob_name FROM file_model_weights w
            WHERE EXISTS (SELECT 1 FROM runs r WHERE r.model_digest = w.model_digest AND r.model_number = 0 AND r.state IN ({GoingOn}))
            """).ConfigureAwait(false));
        return names;
    }, ct);

    // A run that failed may be resumed.
    private const string GoingOn = $"'{nameof(RunState.Planned)}', '{nameof(RunState.Scoring)}', '{nameof(RunState.Sealing)}', "
        + $"'{nameof(RunState.Judging)}', '{nameof(RunState.Failed)}'";

    // Of a receipt only its artifacts are read: the profiles beside them are most of it, and every receipt there ever was is read at the end of each run.
    private sealed record NamedReceipt(NamedFiles Final);

    private sealed record NamedFiles(IReadOnlyList<Artifact> Artifacts);
}
