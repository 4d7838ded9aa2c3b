namespace BatchEngine.Scheduler.Leasing;

/// <summary>How one lease of a shard ended.</summary>
internal enum ShardEnding
{
    /// <summary>The receipt was accepted.</summary>
    Committed,

    /// <summary>Everything done is checkpointed; the lease was given back.</summary>
    Released,

    /// <summary>Work since the last checkpoint was thrown away; the lease was given back.</summary>
    Abandoned,

    /// <summary>Another worker owns the shard; work since the last checkpoint was thrown away.</summary>
    Lost,
}
