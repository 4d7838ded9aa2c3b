using System.Globalization;

namespace BatchEngine.Domain;

/// <summary>A shard was tried in vain too often: its workers die on it, or fail in ways that trying again was to mend. The run stops; its durable work is
/// kept.</summary>
public sealed class ShardGivenUpException : BatchEngineException
{
    /// <summary>Creates the failure.</summary>
    /// <param name="run">The run.</param>
    /// <param name="shardIndex">The shard, counted from 0.</param>
    /// <param name="lost">How often its worker died or went silent since the run was started or resumed.</param>
    /// <param name="failed">How often its worker gave it back after a failure in that time.</param>
    public ShardGivenUpException(RunId run, int shardIndex, long lost, long failed)
        : base(string.Create(CultureInfo.InvariantCulture, $"run {run}, shard {shardIndex}: given up after {lost + failed} attempts since the run was ")
            + string.Create(CultureInfo.InvariantCulture, $"started or resumed: {lost} workers died or went silent on it, {failed} gave it back after a ")
            + "failure. The decisions of the run say how each ended; memory that runs out is the usual cause. Mend it, then resume the run.",
            isTransient: false)
        => (Run, ShardIndex, Lost, Failed) = (run, shardIndex, lost, failed);

    /// <summary>The run.</summary>
    public RunId Run { get; }

    /// <summary>The shard, counted from 0.</summary>
    public int ShardIndex { get; }

    /// <summary>How often its worker died or went silent.</summary>
    public long Lost { get; }

    /// <summary>How often its worker gave it back after a failure.</summary>
    public long Failed { get; }
}
