using BatchEngine.Domain;
using BatchEngine.Storage.Database.Runs;
using BatchEngine.Storage.Database.Transactions;
using BatchEngine.Storage.Database.Values;

namespace BatchEngine.Storage.Database.Leases;

/// <summary>What every kind of leased work shares: a row has a fence, a holder and an expiry, and is renewed, ended and given back in the same
/// words.</summary>
/// <param name="Table">The table.</param>
/// <param name="Index">The column that counts the work of a run.</param>
/// <param name="Work">What it is called.</param>
/// <param name="Open">The state in which a run takes workers for it.</param>
internal sealed record LeaseTable(string Table, string Index, string Work, RunState Open)
{
    /// <summary>Shards that are scored.</summary>
    public static LeaseTable Shards { get; } = new("leases", "shard_index", "shard", RunState.Scoring);

    /// <summary>Units that are sealed.</summary>
    public static LeaseTable SealUnits { get; } = new("seal_units", "unit_index", "seal unit", RunState.Sealing);

    /// <summary>Where the run is, when it takes no workers; null means that it does.</summary>
    /// <exception cref="BadInputException">There is no such run.</exception>
    public async Task<RunState?> ClosedAsync(StateTransaction tx, RunId run)
    {
        var state = Enum.Parse<RunState>(
            await tx.FindAsync<string>("SELECT state FROM runs WHERE run_id = @run", new { run = run.ToString() }).ConfigureAwait(false)
            ?? throw RunStore.Unknown(run));
        return state == Open ? null : state;
    }

    /// <summary>Whether nobody took the work over and it was not given back; a lease that ran out counts until then. Nobody does before the transaction
    /// ends.</summary>
    public async Task<bool> IsHeldAsync(StateTransaction tx, RunId run, int index, FenceToken fence) => await tx.NumberAsync(
        $"SELECT fence FROM {Table} WHERE run_id = @run AND {Index} = @index AND worker IS NOT NULL {tx.Locking(RowLock.Exclusive)}",
        new { run = run.ToString(), index }).ConfigureAwait(false) == fence.Value;

    /// <summary>Makes the lease last longer. False tells the worker to stop.</summary>
    public async Task<bool> RenewAsync(StateTransaction tx, RunId run, int index, FenceToken fence, TimeSpan ttl) => await tx.ExecuteAsync($"""
        UPDATE {Table} SET expires_at = @expires
        WHERE run_id = @run AND {Index} = @index AND fence = @fence AND worker IS NOT NULL
            AND EXISTS (SELECT 1 FROM runs WHERE run_id = @run AND state = @open)
        """, new
    {
        run = run.ToString(),
        index,
        fence = fence.Value,
        expires = tx.NowMicroseconds + EpochMicroseconds.Of(ttl),
        open = Open.ToString(),
    }).ConfigureAwait(false) == 1;

    /// <summary>Ends the lease now, as if it had run out; false means that there was nothing to end.</summary>
    public async Task<bool> ExpireAsync(StateTransaction tx, RunId run, int index, FenceToken fence) => await tx.ExecuteAsync($"""
        UPDATE {Table} SET expires_at = @now
        WHERE run_id = @run AND {Index} = @index AND fence = @fence AND worker IS NOT NULL AND expires_at > @now
        """, new { run = run.ToString(), index, fence = fence.Value, now = tx.NowMicroseconds }).ConfigureAwait(false) == 1;

    /// <summary>Gives the work back for others; a no-op when it is no longer held.</summary>
    public Task ReleaseAsync(StateTransaction tx, RunId run, int index, FenceToken fence, HandBack cause) => tx.ExecuteAsync($"""
        UPDATE {Table} SET worker = NULL, process = NULL, failed = failed + @failed
        WHERE run_id = @run AND {Index} = @index AND fence = @fence AND worker IS NOT NULL
        """, new { run = run.ToString(), index, fence = fence.Value, failed = cause == HandBack.Failed ? 1 : 0 });
}
