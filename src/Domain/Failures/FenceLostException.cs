namespace BatchEngine.Domain;

/// <summary>A worker wrote under a fence that is no longer the newest: another worker owns the shard, or the unit that is sealed. The worker must stop; nothing
/// it wrote since is accepted.</summary>
public sealed class FenceLostException : BatchEngineException
{
    /// <summary>Creates the failure.</summary>
    /// <param name="run">The run.</param>
    /// <param name="shardIndex">The shard, counted from 0.</param>
    /// <param name="held">The fence the worker holds.</param>
    public FenceLostException(RunId run, int shardIndex, FenceToken held)
        : this(run, "shard", shardIndex, held)
    {
    }

    private FenceLostException(RunId run, string work, int index, FenceToken held)
        : base($"Run {run}, {work} {index}: fence {held} is no longer the newest, another worker took the {work} over. This worker stops.",
            isTransient: false)
        => (Run, Index, Held) = (run, index, held);

    /// <summary>The failure of a sealer.</summary>
    /// <param name="run">The run.</param>
    /// <param name="unitIndex">The seal unit, counted from 0.</param>
    /// <param name="held">The fence the worker holds.</param>
    public static FenceLostException OfSealUnit(RunId run, int unitIndex, FenceToken held) => new(run, "seal unit", unitIndex, held);

    /// <summary>The run.</summary>
    public RunId Run { get; }

    /// <summary>The shard or seal unit, counted from 0.</summary>
    public int Index { get; }

    /// <summary>The fence the worker held.</summary>
    public FenceToken Held { get; }
}
