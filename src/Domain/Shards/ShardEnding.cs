namespace BatchEngine.Domain;

/// <summary>How the work on a shard ended without a failure: told by the scorer to whoever holds the lease, and by the holder to its worker.</summary>
public abstract record ShardEnding
{
    private ShardEnding()
    {
    }

    /// <summary>All units are done and durable. From the scorer: the receipt is to be committed. From the lease's holder: it was accepted.</summary>
    public sealed record Finished(ShardReceipt Receipt) : ShardEnding;

    /// <summary>The stop was heard: everything done is checkpointed, and another worker goes on from there.</summary>
    public sealed record Stopped(Checkpoint Saved) : ShardEnding;

    /// <summary>Work since the last checkpoint was thrown away; the lease was given back.</summary>
    public sealed record Abandoned : ShardEnding;

    /// <summary>Another worker owns the shard; work since the last checkpoint was thrown away.</summary>
    public sealed record Lost : ShardEnding;
}
