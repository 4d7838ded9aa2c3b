using BatchEngine.Domain;

namespace BatchEngine.Storage.Database.Leases;

/// <summary>What became of the wish to lead a run. Match it exhaustively.</summary>
public abstract record LeadOutcome
{
    private LeadOutcome()
    {
    }

    /// <summary>The caller leads the run.</summary>
    /// <param name="Lead">Named by each of its writes.</param>
    public sealed record Taken(Lead Lead) : LeadOutcome;

    /// <summary>Somebody else leads it.</summary>
    /// <param name="Lead">The other's lead.</param>
    /// <param name="Holder">Its name.</param>
    /// <param name="Process">The process that holds it; null means that it cannot be told.</param>
    /// <param name="ExpiresAt">When the lead ends unless it is renewed, by the database's clock.</param>
    public sealed record Held(Lead Lead, string Holder, string? Process, DateTimeOffset ExpiresAt) : LeadOutcome;
}
