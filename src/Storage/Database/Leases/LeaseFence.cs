using BatchEngine.Domain;
using BatchEngine.Storage.Database.Transactions;

namespace BatchEngine.Storage.Database.Leases;

/// <summary>What a worker's write asks first, in its own transaction. The shard is held meanwhile: who takes it over waits for the write.</summary>
internal static class LeaseFence
{
    /// <summary>Goes on when nobody took the shard over; a lease that ran out counts until then.</summary>
    /// <exception cref="FenceLostException">Another worker owns the shard, or the lease was given back.</exception>
    public static async Task RequireAsync(StateTransaction tx, Lease lease)
    {
        await ShardLock.HoldAsync(tx, lease.Run, lease.ShardIndex).ConfigureAwait(false);
        if (!await LeaseTable.Shards.IsHeldAsync(tx, lease.Run, lease.ShardIndex, lease.Fence).ConfigureAwait(false))
            throw new FenceLostException(lease.Run, lease.ShardIndex, lease.Fence);
    }
}
