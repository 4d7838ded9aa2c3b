using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Snapshots;

/// <summary>Which blobs a row names; the sweeper removes the others. Thread-safe.</summary>
/// <param name="database">The database.</param>
public sealed class NamedBlobs(StateDatabase database)
{
    /// <summary>Those of some blobs that are named by a receipt, a checkpoint of an unfinished shard, a segment or a model (of
    /// those not registered: of runs that go on). Of runs only the rows of those are read whose blobs are asked about.</summary>
    /// <remarks>Rows of a run are its own and those of the runs that took over from it. What of a run was retired names nothing any more.</remarks>
    public Task<IReadOnlySet<string>> AmongAsync(IReadOnlyCollection<string> names, CancellationToken ct) =>
        database.ReadTogetherAsync<IReadOnlySet<string>>(async tx =>
    {
        var named = new HashSet<string>(StringComparer.Ordinal);
        var runs = new HashSet<string>(StringComparer.Ordinal);
        foreach (var run in names.Select(RunParts.OwnerOf).OfType<string>().Distinct(StringComparer.Ordinal))
            runs.UnionWith(await RunBlobs.NamersAsync(tx, run).ConfigureAwait(false));
        foreach (var run in runs)
            named.UnionWith((await RunBlobs.NamedAsync(tx, run).ConfigureAwait(false)).Select(b => b.Artifact.BlobName));
        named.UnionWith(await tx.QueryAsync<string>($"""
            SELECT blob_name FROM models WHERE blob_name IN (@listed) UNION SELECT blob_name FROM model_files WHERE blob_name IN (@listed)
            UNION SELECT m.blob_name FROM file_models m WHERE m.blob_name IN (@listed)
                AND EXISTS (SELECT 1 FROM runs r WHERE r.model_digest = m.digest AND r.model_number = 0 AND r.state IN ({GoingOn}))
            UNION SELECT w.blob_name FROM file_model_weights w WHERE w.blob_name IN (@listed)
                AND EXISTS (SELECT 1 FROM runs r WHERE r.model_digest = w.model_digest AND r.model_number = 0 AND r.state IN ({GoingOn}))
            """, names.Where(n => RunParts.OwnerOf(n) is null)).ConfigureAwait(false));
        named.IntersectWith(names);
        return named;
    }, ct);

    /// <summary>Under which names orphans may lie since runs ended that were not looked through: those of the runs, and of the models that only runs
    /// name.</summary>
    /// <param name="endedUntil">Only runs that had ended by then.</param>
    /// <param name="most">How many runs at most, the earliest end first.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<IReadOnlyList<(RunId Run, IReadOnlyList<string> Prefixes)>> UnsweptAsync(DateTimeOffset endedUntil, int most, CancellationToken ct) =>
        database.ReadTogetherAsync<IReadOnlyList<(RunId, IReadOnlyList<string>)>>(async tx =>
    {
        var unswept = new List<(RunId, IReadOnlyList<string>)>();
        foreach (var run in await tx.QueryAsync<string>("SELECT run_id FROM unswept_runs WHERE ended_at <= @until ORDER BY ended_at, run_id LIMIT @most",
            new { until = EpochMicroseconds.Of(endedUntil), most }).ConfigureAwait(false))
        {
            var models = await tx.QueryAsync<string>("""
                SELECT m.blob_name FROM runs r JOIN file_models m ON m.digest = r.model_digest WHERE r.run_id = @run AND r.model_number = 0
                UNION SELECT w.blob_name FROM runs r JOIN file_model_weights w ON w.model_digest = r.model_digest WHERE r.run_id = @run AND r.model_number = 0
                """, new { run }).ConfigureAwait(false);
            unswept.Add((RunId.Parse(run), [$"runs/{run}/", .. models]));
        }
        return unswept;
    }, ct);

    /// <summary>The blobs of a run were looked through; one that has ended again since is looked through again.</summary>
    public Task SweptAsync(RunId run, DateTimeOffset endedUntil, CancellationToken ct) => database.WriteAsync(tx => tx.ExecuteAsync(
        "DELETE FROM unswept_runs WHERE run_id = @run AND ended_at <= @until",
        new { run = run.ToString(), until = EpochMicroseconds.Of(endedUntil) }), ct);

    // A run that failed may be resumed.
    private const string GoingOn = $"'{nameof(RunState.Planned)}', '{nameof(RunState.Scoring)}', '{nameof(RunState.Sealing)}', "
        + $"'{nameof(RunState.Judging)}', '{nameof(RunState.Failed)}'";
}
