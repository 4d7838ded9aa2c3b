using BatchEngine.Domain;
using BatchEngine.Storage.Database.Transactions;

namespace BatchEngine.Storage.Database.Leases;

/// <summary>The row of a shard as the lock of all that changes with it: its lease's holder, its checkpoint, its receipt. Where one transaction writes at a time
/// nothing is locked.</summary>
/// <remarks>The lock is a statement of its own, so that what is read after it is newer than the lock.</remarks>
internal static class ShardLock
{
    /// <summary>Waits until nobody else changes the shard, and holds it until the transaction ends.</summary>
    public static async Task HoldAsync(StateTransaction tx, RunId run, int shardIndex)
    {
        if (!tx.WritesAlone)
            await tx.NumberAsync($"SELECT shard_index FROM shards WHERE run_id = @run AND shard_index = @shardIndex {tx.Locking(RowLock.Exclusive)}",
                new { run = run.ToString(), shardIndex }).ConfigureAwait(false);
    }
}
