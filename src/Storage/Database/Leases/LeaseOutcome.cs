using BatchEngine.Domain;

namespace BatchEngine.Storage.Database.Leases;

/// <summary>What became of the wish for a shard. Match it exhaustively.</summary>
public abstract record LeaseOutcome
{
    private LeaseOutcome()
    {
    }

    /// <summary>The shard is the worker's until the lease expires; it goes on from the checkpoint.</summary>
    /// <param name="Lease">The right, with its fence.</param>
    /// <param name="Shard">What to score.</param>
    /// <param name="From">What is durable already.</param>
    /// <param name="TakenOver">Whether another worker held it and let it expire.</param>
    /// <param name="Attempts">How often it was tried in vain before.</param>
    public sealed record Granted(Lease Lease, Shard Shard, Checkpoint From, bool TakenOver, ShardAttempts Attempts) : LeaseOutcome;

    /// <summary>Every unfinished shard is held by somebody.</summary>
    /// <param name="Wait">Asking again before this much is useless, unless somebody releases: until the earliest expiry, by the database's clock.</param>
    public sealed record NoneFree(TimeSpan Wait) : LeaseOutcome;

    /// <summary>Every shard has its receipt.</summary>
    public sealed record AllDone : LeaseOutcome;

    /// <summary>The run takes no workers: it is not being scored.</summary>
    /// <param name="State">Where it is.</param>
    public sealed record RunNotOpen(RunState State) : LeaseOutcome;
}
