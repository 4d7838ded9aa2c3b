using BatchEngine.Domain;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Runs;

/// <summary>Which parts of a run are kept and which were retired, inside the transactions of others.</summary>
internal static class RunParts
{
    /// <summary>The parts that every ended run has.</summary>
    public static readonly RetentionKind[] All = [RetentionKind.RunFiles, RetentionKind.Outputs, RetentionKind.DeadLetters, RetentionKind.Snapshots,
        RetentionKind.Profiles, RetentionKind.Runs];

    /// <summary>What an artifact belongs to; null means that it is no part of its own.</summary>
    public static RetentionKind? Of(ArtifactKind kind) => kind switch
    {
        ArtifactKind.RunFile => RetentionKind.RunFiles,
        ArtifactKind.Output => RetentionKind.Outputs,
        ArtifactKind.DeadLetters => RetentionKind.DeadLetters,
        _ => null,
    };

    /// <summary>Takes down that a run has ended and what of it is kept from then on. What was retired before stays so.</summary>
    public static async Task EndedAsync(StateTransaction tx, RunId run)
    {
        foreach (var part in All)
            await tx.ExecuteAsync("""
                INSERT INTO kept_parts (part, run_id, ended_at)
                SELECT @part, r.run_id, @now FROM runs r
                WHERE r.run_id = @run AND NOT EXISTS (SELECT 1 FROM retired_parts t WHERE t.run_id = r.run_id AND t.part = @part)
                ON CONFLICT (part, run_id) DO UPDATE SET ended_at = excluded.ended_at
                """, new { part = part.ToString(), run = run.ToString(), now = tx.NowMicroseconds }).ConfigureAwait(false);
    }

    /// <summary>Takes down whose blobs a run names beside its own.</summary>
    public static async Task CarriesAsync(StateTransaction tx, RunId run, IEnumerable<string> blobs)
    {
        foreach (var from in blobs.Select(OwnerOf).OfType<string>().Where(o => o != run.ToString()).Distinct(StringComparer.Ordinal))
        {
            // A blob that is being removed is named by nobody; whoever removes it holds the same name.
            await tx.LockNameAsync($"blobs of {from}").ConfigureAwait(false);
            await tx.ExecuteAsync("INSERT INTO carried_from (run_id, from_run) VALUES (@run, @from) ON CONFLICT (run_id, from_run) DO NOTHING",
                new { run = run.ToString(), from }).ConfigureAwait(false);
        }
    }

    /// <summary>Those of some blobs that are being removed.</summary>
    public static Task<IReadOnlyList<string>> RemovedAsync(StateTransaction tx, IEnumerable<string> blobs) =>
        tx.QueryAsync<string>("SELECT blob_name FROM removals WHERE blob_name IN (@listed)", blobs);

    /// <summary>The run in whose folder a blob lies; null means that it lies in none.</summary>
    public static string? OwnerOf(string blob) => blob.Split('/') is ["runs", var run, ..] ? run : null;

    /// <summary>Which parts of a run were retired.</summary>
    public static async Task<IReadOnlySet<RetentionKind>> RetiredAsync(StateTransaction tx, string run) =>
        (await tx.QueryAsync<string>("SELECT part FROM retired_parts WHERE run_id = @run", new { run }).ConfigureAwait(false))
            .Select(Enum.Parse<RetentionKind>).ToHashSet();

    /// <summary>When the parts of a run were retired that were.</summary>
    public static async Task<IReadOnlyDictionary<RetentionKind, DateTimeOffset>> RetiredPartsAsync(StateTransaction tx, RunId run) =>
        (await tx.QueryAsync<Row>("SELECT part, retired_at FROM retired_parts WHERE run_id = @run", new { run = run.ToString() }).ConfigureAwait(false))
            .ToDictionary(r => Enum.Parse<RetentionKind>(r.Part), r => EpochMicroseconds.ToInstant(r.RetiredAt));

    /// <summary>Takes hold of a run's line, so that of two that decide from it one goes second, or anew.</summary>
    public static Task<int> TouchAsync(StateTransaction tx, RunId run) =>
        tx.ExecuteAsync("UPDATE runs SET note = note WHERE run_id = @run", new { run = run.ToString() });

    private sealed class Row
    {
        public string Part { get; init; } = "";
        public long RetiredAt { get; init; }
    }
}
