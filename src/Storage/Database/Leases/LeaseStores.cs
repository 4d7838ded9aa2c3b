using BatchEngine.Storage.Database.Engine;

namespace BatchEngine.Storage.Database.Leases;

/// <summary>The three stores that act under a fence, for whoever needs them all; one who needs one takes that one.</summary>
/// <param name="database">The database.</param>
public sealed class LeaseStores(StateDatabase database)
{
    /// <summary>Who scores which shard.</summary>
    public ClaimStore Claims { get; } = new(database);

    /// <summary>Who coordinates which run.</summary>
    public LeadStore Lead { get; } = new(database);

    /// <summary>What of the shards is durable.</summary>
    public ReceiptStore Receipts { get; } = new(database);
}
