using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Runs;

/// <summary>Column profiles of runs, their drift reports, and the bin edges that make profiles comparable. Thread-safe; every write may be repeated.</summary>
/// <remarks>Isolation: serializable; edges are merged with those that were read.</remarks>
/// <param name="database">The database.</param>
public sealed class ProfileStore(StateDatabase database)
{
    /// <summary>Stores the led run's profiles in the given order; replaces what was stored for it.</summary>
    /// <exception cref="LeadLostException">Another process leads the run.</exception>
    public Task SaveAsync(Lead lead, IReadOnlyList<ColumnProfile> profiles, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        await LeadFence.RequireAsync(tx, lead).ConfigureAwait(false);
        var run = lead.Run;
        await tx.ExecuteAsync("DELETE FROM profiles WHERE run_id = @run", new { run = run.ToString() }).ConfigureAwait(false);
        for (var position = 0; position < profiles.Count; position++)
        {
            var profile = profiles[position];
            await tx.ExecuteAsync(
                "INSERT INTO profiles (run_id, position, column_name, is_output, profile_json) VALUES (@run, @position, @Column, @isOutput, @json)",
                new { run = run.ToString(), position, profile.Edges.Column, isOutput = profile.IsOutput ? 1 : 0, json = StoredJson.Write(profile) })
                    .ConfigureAwait(false);
        }
        return profiles.Count;
    }, ct);

    /// <summary>The run's profiles in the order they were saved; empty means none were.</summary>
    public Task<IReadOnlyList<ColumnProfile>> FindAsync(RunId run, CancellationToken ct) => database.ReadAsync(async tx =>
    {
        var rows = await tx.QueryAsync<string>("SELECT profile_json FROM profiles WHERE run_id = @run ORDER BY position", new { run = run.ToString() })
            .ConfigureAwait(false);
        return (IReadOnlyList<ColumnProfile>)[
            .. rows.Select((json, position) => StoredJson.Read<ColumnProfile>(json, $"profiles, run {run}, position {position}"))];
    }, ct);

    /// <summary>Stores the led run's drift report; replaces what was stored for it.</summary>
    /// <exception cref="LeadLostException">Another process leads the run.</exception>
    public Task SaveDriftAsync(Lead lead, DriftReport report, CancellationToken ct) => database.WriteAsync(async tx =>
    {
        await LeadFence.RequireAsync(tx, lead).ConfigureAwait(false);
        return await tx.ExecuteAsync("""
            INSERT INTO drift_reports (run_id, baseline_run_id, verdict, report_json) VALUES (@run, @baseline, @verdict, @json)
            ON CONFLICT (run_id) DO UPDATE SET baseline_run_id = excluded.baseline_run_id, verdict = excluded.verdict, report_json = excluded.report_json
            """, new
        {
            run = report.Run.ToString(),
            baseline = report.Baseline?.ToString(),
            verdict = report.Verdict.ToString(),
            json = StoredJson.Write(report),
        }).ConfigureAwait(false);
    }, ct);

    /// <summary>The run's drift report; null means none was stored.</summary>
    public Task<DriftReport?> FindDriftAsync(RunId run, CancellationToken ct) => database.ReadAsync(async tx =>
        await tx.FindAsync<string>("SELECT report_json FROM drift_reports WHERE run_id = @run", new { run = run.ToString() }).ConfigureAwait(false) is { } json
            ? StoredJson.Read<DriftReport>(json, $"drift_reports, run {run}") : null, ct);

    /// <summary>Which of some runs drifted, or had a baseline against which nothing could be measured.</summary>
    public Task<IReadOnlyDictionary<RunId, DriftVerdict>> DriftVerdictsAsync(IReadOnlyCollection<RunId> runs, CancellationToken ct) =>
        database.ReadAsync(async tx =>
        {
            var rows = await tx.QueryAsync<string>(
                "SELECT run_id || ' ' || verdict FROM drift_reports WHERE run_id IN (@listed) AND verdict <> @stable AND baseline_run_id IS NOT NULL",
                runs.Select(r => r.ToString()), new { stable = nameof(DriftVerdict.Stable) }).ConfigureAwait(false);
            return (IReadOnlyDictionary<RunId, DriftVerdict>)rows.Select(r => r.Split(' '))
                .ToDictionary(r => RunId.Parse(r[0]), r => Enum.Parse<DriftVerdict>(r[1]));
        }, ct);

    /// <summary>The bin edges by column that a job's profiles over these features use; null means none were fixed yet.</summary>
    public Task<IReadOnlyDictionary<string, BinEdges>?> EdgesAsync(string job, Digest featuresHash, CancellationToken ct) =>
        database.ReadAsync(tx => EdgesAsync(tx, job, featuresHash), ct);

    /// <summary>Fixes the bin edges of a job and its features. The first ones stay, so that later profiles compare with earlier ones; only edges of a column
    /// that had no value then are replaced by those that know one.</summary>
    /// <returns>The edges that are fixed now.</returns>
    public Task<IReadOnlyDictionary<string, BinEdges>> SaveEdgesAsync(string job, Digest featuresHash, IReadOnlyDictionary<string, BinEdges> edges,
        CancellationToken ct) => database.WriteAsync(async tx =>
    {
        var merged = new SortedDictionary<string, BinEdges>(StringComparer.Ordinal);
        foreach (var (name, bins) in await EdgesAsync(tx, job, featuresHash).ConfigureAwait(false) ?? new Dictionary<string, BinEdges>(StringComparer.Ordinal))
            merged[name] = bins;
        foreach (var (name, bins) in edges)
        {
            if (!merged.TryGetValue(name, out var kept) || kept.IsUnknown)
                merged[name] = bins;
        }
        await tx.ExecuteAsync("""
            INSERT INTO profile_edges (job, features_hash, edges_json, saved_at) VALUES (@job, @hash, @json, @now)
            ON CONFLICT (job, features_hash) DO UPDATE SET edges_json = excluded.edges_json
            """, new { job, hash = featuresHash.Hex, json = StoredJson.Write<IReadOnlyDictionary<string, BinEdges>>(merged), now = tx.NowMicroseconds })
            .ConfigureAwait(false);
        return (IReadOnlyDictionary<string, BinEdges>)merged;
    }, ct);

    private static async Task<IReadOnlyDictionary<string, BinEdges>?> EdgesAsync(StateTransaction tx, string job, Digest featuresHash) =>
        await tx.FindAsync<string>("SELECT edges_json FROM profile_edges WHERE job = @job AND features_hash = @hash", new { job, hash = featuresHash.Hex })
            .ConfigureAwait(false) is { } json
            ? StoredJson.Read<IReadOnlyDictionary<string, BinEdges>>(json, $"profile_edges, job {job}") : null;
}
