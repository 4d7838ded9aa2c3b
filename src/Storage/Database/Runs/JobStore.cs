using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Runs;

/// <summary>Jobs as they were last given. Thread-safe.</summary>
/// <remarks>Isolation: one statement; of two writers the later wins whole.</remarks>
/// <param name="database">The database.</param>
public sealed class JobStore(StateDatabase database)
{
    /// <summary>Stores the job; replaces an earlier one of its name.</summary>
    public Task SaveAsync(ScoringJob job, CancellationToken ct) => database.WriteAsync(tx => tx.ExecuteAsync("""
        INSERT INTO jobs (name, job_json, saved_at) VALUES (@Name, @json, @now)
        ON CONFLICT (name) DO UPDATE SET job_json = excluded.job_json, saved_at = excluded.saved_at
        """, new { job.Name, json = StoredJson.Write(job), now = tx.NowMicroseconds }), Isolation.RowLocks, ct);

    /// <summary>Every job by name.</summary>
    public Task<IReadOnlyList<ScoringJob>> ListAsync(CancellationToken ct) => database.ReadAsync(async tx =>
    {
        var rows = await tx.QueryAsync<string>("SELECT job_json FROM jobs ORDER BY name").ConfigureAwait(false);
        return (IReadOnlyList<ScoringJob>)[.. rows.Select((json, index) => StoredJson.Read<ScoringJob>(json, $"jobs, row {index}"))];
    }, ct);

    /// <summary>The job; null means there is none of this name.</summary>
    public Task<ScoringJob?> FindAsync(string name, CancellationToken ct) => database.ReadAsync(async tx =>
        await tx.FindAsync<string>("SELECT job_json FROM jobs WHERE name = @name", new { name }).ConfigureAwait(false) is { } json
            ? StoredJson.Read<ScoringJob>(json, $"jobs, {name}") : null, ct);
}
