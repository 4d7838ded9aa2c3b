namespace BatchEngine.Domain;

/// <summary>A part of a run that one worker scores. A plan's shards are disjoint and cover the manifest.</summary>
/// <param name="Index">Counted from 0.</param>
/// <param name="Ranges">In manifest order.</param>
/// <param name="Rows">Rows in all ranges.</param>
public sealed record Shard(int Index, IReadOnlyList<RowGroupRange> Ranges, long Rows);
