using BatchEngine.Domain;

namespace BatchEngine.Storage.Database.Leases;

/// <summary>What became of the wish for a unit to seal. Match it exhaustively.</summary>
public abstract record SealLeaseOutcome
{
    private SealLeaseOutcome()
    {
    }

    /// <summary>The unit is the worker's until the lease expires.</summary>
    /// <param name="Lease">The right, with its fence.</param>
    /// <param name="Partitions">Those of the unit that have no segment yet, ascending.</param>
    /// <param name="TakenOver">Whether another worker held it and let it expire.</param>
    /// <param name="Attempts">How often it was tried in vain before.</param>
    public sealed record Granted(SealLease Lease, IReadOnlyList<int> Partitions, bool TakenOver, ShardAttempts Attempts) : SealLeaseOutcome;

    /// <summary>Every unfinished unit is held by somebody, or the units are not cut yet.</summary>
    /// <param name="Wait">Asking again before this much is useless, unless somebody releases: until the earliest expiry, by the database's clock. Null means
    /// that the units are not cut yet.</param>
    public sealed record NoneFree(TimeSpan? Wait) : SealLeaseOutcome;

    /// <summary>Every partition has its segment.</summary>
    public sealed record AllDone : SealLeaseOutcome;

    /// <summary>Something was found that stops the run; its coordinator ends it.</summary>
    public sealed record Stopped : SealLeaseOutcome;

    /// <summary>The run takes no workers: it is not being sealed.</summary>
    /// <param name="State">Where it is.</param>
    public sealed record RunNotOpen(RunState State) : SealLeaseOutcome;
}
