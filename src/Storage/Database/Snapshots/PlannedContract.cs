using BatchEngine.Domain;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Snapshots;

/// <summary>The contract of a snapshot: that of the job as its run was planned. It is in force while the snapshot serves.</summary>
internal static class PlannedContract
{
    /// <summary>Puts the contract of the run in force, in the transaction that lets its snapshot serve.</summary>
    public static async Task PutInForceAsync(StateTransaction tx, RunId run)
    {
        var job = await JobAsync(tx, run).ConfigureAwait(false);
        await SaveAsync(tx, job.Serving, job, "").ConfigureAwait(false);
    }

    /// <summary>The job as the run was planned.</summary>
    public static async Task<ScoringJob> JobAsync(StateTransaction tx, RunId run)
    {
        var json = await tx.FindAsync<string>("SELECT plan_json FROM run_plans WHERE run_id = @run", new { run = run.ToString() }).ConfigureAwait(false)
            ?? throw new InvariantBrokenException("a run that is published has a plan", run.ToString());
        return StoredJson.Read<Plan>(json, $"run_plans, run {run}").Job;
    }

    /// <summary>Writes a contract where <paramref name="condition"/>, more SQL after the comparison, allows it; gives the rows that it changed.</summary>
    public static Task<int> SaveAsync(StateTransaction tx, ServingContract contract, ScoringJob job, string condition) => tx.ExecuteAsync($"""
        INSERT INTO contracts (serving_name, contract_json, job_json, saved_at) VALUES (@Name, @contractJson, @jobJson, @now)
        ON CONFLICT (serving_name) DO UPDATE SET contract_json = excluded.contract_json, job_json = excluded.job_json, saved_at = excluded.saved_at
            WHERE (contracts.contract_json <> excluded.contract_json OR contracts.job_json <> excluded.job_json) {condition}
        """, new { contract.Name, contractJson = StoredJson.Write(contract), jobJson = StoredJson.Write(job), now = tx.NowMicroseconds });

    // Of a plan only its job is read: the manifest and the shards beside it are most of it.
    private sealed record Plan(ScoringJob Job);
}
