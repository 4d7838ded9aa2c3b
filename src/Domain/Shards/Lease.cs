namespace BatchEngine.Domain;

/// <summary>The right to score a shard until it expires by the database's clock.</summary>
/// <param name="Run">The run.</param>
/// <param name="ShardIndex">The shard, counted from 0.</param>
/// <param name="Fence">The fence under which the holder writes.</param>
/// <param name="Worker">Who holds it.</param>
/// <param name="ExpiresAt">By the database's clock.</param>
public sealed record Lease(RunId Run, int ShardIndex, FenceToken Fence, string Worker, DateTimeOffset ExpiresAt);
