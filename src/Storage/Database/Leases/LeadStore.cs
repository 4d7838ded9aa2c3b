using BatchEngine.Domain;
using BatchEngine.Storage.Database.Engine;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Leases;

/// <summary>At most one coordinator a run, under a fence of its own that strictly increases. Thread-safe; expiry goes by the database's clock alone.</summary>
/// <param name="database">The database.</param>
public sealed class LeadStore(StateDatabase database)
{
    /// <summary>Makes the caller the run's one coordinator until <paramref name="ttl"/> from now; null means somebody else is, and has not expired.</summary>
    /// <exception cref="BadInputException">There is no such run.</exception>
    public Task<FenceToken?> TryTakeAsync(RunId run, string holder, TimeSpan ttl, CancellationToken ct) => database.WriteAsync<FenceToken?>(async tx =>
    {
        if (await tx.NumberAsync("SELECT COUNT(*) FROM runs WHERE run_id = @run", new { run = run.ToString() }).ConfigureAwait(false) == 0)
            throw RunStore.Unknown(run);
        var fence = await tx.NumberAsync("""
            INSERT INTO leaders (run_id, fence, holder, expires_at) VALUES (@run, 1, @holder, @expires)
            ON CONFLICT (run_id) DO UPDATE SET fence = leaders.fence + 1, holder = excluded.holder, expires_at = excluded.expires_at
                WHERE leaders.holder IS NULL OR leaders.expires_at <= @now
            RETURNING fence
            """, new { run = run.ToString(), holder, now = tx.NowMicroseconds, expires = tx.NowMicroseconds + EpochMicroseconds.Of(ttl) })
            .ConfigureAwait(false);
        return fence is { } taken ? new FenceToken(taken) : null;
    }, ct);

    /// <summary>Stays coordinator until <paramref name="ttl"/> from now; false means that somebody else is by now.</summary>
    public Task<bool> KeepAsync(RunId run, FenceToken fence, TimeSpan ttl, CancellationToken ct) => database.WriteAsync(async tx =>
        await tx.ExecuteAsync("UPDATE leaders SET expires_at = @expires WHERE run_id = @run AND fence = @fence AND holder IS NOT NULL",
            new { run = run.ToString(), fence = fence.Value, expires = tx.NowMicroseconds + EpochMicroseconds.Of(ttl) }).ConfigureAwait(false) == 1, ct);

    /// <summary>Stops being coordinator; a no-op when somebody else is by now.</summary>
    public Task GiveBackAsync(RunId run, FenceToken fence, CancellationToken ct) => database.WriteAsync(tx =>
        tx.ExecuteAsync("UPDATE leaders SET holder = NULL WHERE run_id = @run AND fence = @fence", new { run = run.ToString(), fence = fence.Value }), ct);
}
