namespace BatchEngine.Domain;

/// <summary>A finished shard: at most one is accepted. read = scored + reused + rejected.</summary>
/// <param name="Run">The run.</param>
/// <param name="ShardIndex">The shard, counted from 0.</param>
/// <param name="Fence">The fence it was written under.</param>
/// <param name="Final">The last checkpoint: all units done.</param>
public sealed record ShardReceipt(RunId Run, int ShardIndex, FenceToken Fence, Checkpoint Final);
