namespace BatchEngine.Domain;

/// <summary>A worker wrote under a fence that is no longer the newest: another worker owns the shard. The worker must stop; nothing it wrote since is
/// accepted.</summary>
public sealed class FenceLostException : BatchEngineException
{
    /// <summary>Creates the failure.</summary>
    /// <param name="run">The run.</param>
    /// <param name="shardIndex">The shard, counted from 0.</param>
    /// <param name="held">The fence the worker holds.</param>
    public FenceLostException(RunId run, int shardIndex, FenceToken held)
        : base($"Run {run}, shard {shardIndex}: fence {held} is no longer the newest, another worker took the shard over. This worker stops.",
            isTransient: false)
        => (Run, ShardIndex, Held) = (run, shardIndex, held);

    /// <summary>The run.</summary>
    public RunId Run { get; }

    /// <summary>The shard, counted from 0.</summary>
    public int ShardIndex { get; }

    /// <summary>The fence the worker held.</summary>
    public FenceToken Held { get; }
}
