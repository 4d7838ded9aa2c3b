namespace BatchEngine.Storage.Database.Leases;

/// <summary>How often a shard was tried in vain since its run was started or resumed, by cause. Shards handed back on request count as neither.</summary>
/// <param name="Lost">Its worker died, or went silent until the lease ran out.</param>
/// <param name="Failed">Its worker gave it back after a failure.</param>
public readonly record struct ShardAttempts(long Lost, long Failed)
{
    /// <summary>All of them.</summary>
    public long Total => Lost + Failed;
}
