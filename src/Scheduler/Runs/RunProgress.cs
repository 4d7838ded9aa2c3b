using BatchEngine.Domain;

namespace BatchEngine.Scheduler.Runs;

/// <summary>How far a run is, for progress bars.</summary>
/// <param name="Run">The run.</param>
/// <param name="State">The phase it is in.</param>
/// <param name="RowsDone">Rows whose fate is known, in units reported so far (a takeover may lower it).</param>
/// <param name="RowsTotal">Rows of the manifest.</param>
/// <param name="RowsPerSecond">Over the last few seconds; not measured before two samples.</param>
/// <param name="Workers">Workers holding a lease now.</param>
/// <param name="ShardsDone">Shards with a receipt.</param>
/// <param name="ShardsTotal">Shards of the plan.</param>
/// <param name="SegmentsDone">Partitions sealed.</param>
/// <param name="SegmentsTotal">Partitions of the plan.</param>
public sealed record RunProgress(
    RunId Run,
    RunState State,
    long RowsDone,
    long RowsTotal,
    Measured<double> RowsPerSecond,
    int Workers,
    int ShardsDone,
    int ShardsTotal,
    int SegmentsDone,
    int SegmentsTotal)
{
    /// <summary>Since when nobody works on it, once that has lasted; null means that somebody does.</summary>
    public DateTimeOffset? NobodySince { get; init; }

    /// <summary>When it is going to end, while that is after its deadline.</summary>
    public DateTimeOffset? LateEnd { get; init; }
}
