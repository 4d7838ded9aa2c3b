using BatchEngine.Domain;

namespace BatchEngine.Scorer.Sharding;

/// <summary>How the work on a shard ended without a failure. Immutable.</summary>
public abstract record ShardOutcome
{
    private ShardOutcome()
    {
    }

    /// <summary>All units are done and durable; the receipt is to be committed.</summary>
    public sealed record Finished(ShardReceipt Receipt) : ShardOutcome;

    /// <summary>The interruption was heard: the current unit was finished and saved; another worker goes on from here.</summary>
    public sealed record Interrupted(Checkpoint Saved) : ShardOutcome;
}
