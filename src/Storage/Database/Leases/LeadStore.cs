using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Leases;

/// <summary>At most one coordinator a run, under a fence of its own that strictly increases. Thread-safe; expiry goes by the database's clock alone.</summary>
/// <remarks>Isolation: row locks; each change is one conditional statement on the run's row.</remarks>
/// <param name="database">The database.</param>
/// <param name="process">The process that asks, as others may recognise it; null means that it cannot be told, so its leads end by time alone.</param>
public sealed class LeadStore(StateDatabase database, string? process = null)
{
    /// <summary>Makes the caller the run's one coordinator until <paramref name="ttl"/> from now, unless somebody else is.</summary>
    /// <exception cref="BadInputException">There is no such run.</exception>
    public Task<LeadOutcome> TryTakeAsync(RunId run, string holder, TimeSpan ttl, CancellationToken ct) => database.WriteAsync<LeadOutcome>(async tx =>
    {
        if (await tx.NumberAsync("SELECT COUNT(*) FROM runs WHERE run_id = @run", new { run = run.ToString() }).ConfigureAwait(false) == 0)
            throw RunStore.Unknown(run);
        var fence = await tx.NumberAsync("""
            INSERT INTO leaders (run_id, fence, holder, expires_at, process) VALUES (@run, 1, @holder, @expires, @process)
            ON CONFLICT (run_id) DO UPDATE SET fence = leaders.fence + 1, holder = excluded.holder, expires_at = excluded.expires_at, process = excluded.process
                WHERE leaders.holder IS NULL OR leaders.expires_at <= @now
            RETURNING fence
            """, new { run = run.ToString(), holder, now = tx.NowMicroseconds, expires = tx.NowMicroseconds + EpochMicroseconds.Of(ttl), process })
            .ConfigureAwait(false);
        return fence is { } taken ? new LeadOutcome.Taken(new Lead(run, new FenceToken(taken))) : await HolderAsync(tx, run).ConfigureAwait(false);
    }, Isolation.RowLocks, ct);

    /// <summary>Stays coordinator until <paramref name="ttl"/> from now; false means that somebody else is by now.</summary>
    public Task<bool> KeepAsync(Lead lead, TimeSpan ttl, CancellationToken ct) => database.WriteAsync(async tx =>
        await tx.ExecuteAsync("UPDATE leaders SET expires_at = @expires WHERE run_id = @run AND fence = @fence AND holder IS NOT NULL",
            new { run = lead.Run.ToString(), fence = lead.Fence.Value, expires = tx.NowMicroseconds + EpochMicroseconds.Of(ttl) })
                .ConfigureAwait(false) == 1, Isolation.RowLocks, ct);

    /// <summary>Ends the lead now, because its holder is known to be gone; a no-op when it was renewed by another holder or has ended.</summary>
    public Task ExpireAsync(Lead lead, CancellationToken ct) => database.WriteAsync(tx => tx.ExecuteAsync(
        "UPDATE leaders SET expires_at = @now WHERE run_id = @run AND fence = @fence AND holder IS NOT NULL AND expires_at > @now",
        new { run = lead.Run.ToString(), fence = lead.Fence.Value, now = tx.NowMicroseconds }), Isolation.RowLocks, ct);

    /// <summary>Stops being coordinator; a no-op when somebody else is by now.</summary>
    public Task GiveBackAsync(Lead lead, CancellationToken ct) => database.WriteAsync(tx => tx.ExecuteAsync(
        "UPDATE leaders SET holder = NULL, process = NULL WHERE run_id = @run AND fence = @fence",
        new { run = lead.Run.ToString(), fence = lead.Fence.Value }), Isolation.RowLocks, ct);

    private static async Task<LeadOutcome> HolderAsync(StateTransaction tx, RunId run)
    {
        var row = await tx.FindAsync<Row>("SELECT fence, holder, process, expires_at FROM leaders WHERE run_id = @run", new { run = run.ToString() })
            .ConfigureAwait(false) ?? throw new InvariantBrokenException("a lead that was refused is held", run.ToString());
        return new LeadOutcome.Held(new Lead(run, new FenceToken(row.Fence)), row.Holder, row.Process, EpochMicroseconds.ToInstant(row.ExpiresAt));
    }

    private sealed class Row
    {
        public long Fence { get; init; }
        public string Holder { get; init; } = "";
        public string? Process { get; init; }
        public long ExpiresAt { get; init; }
    }
}
