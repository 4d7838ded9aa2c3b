namespace BatchEngine.Domain;

/// <summary>What a run takes over from an earlier one instead of scoring it, and why; frozen when planned, so that a resumed run and every worker use the
/// same base. Immutable.</summary>
/// <param name="Base">The run whose predictions may be taken over; null means that every row is scored.</param>
/// <param name="BaseSnapshot">The base run's snapshot; 0 without a base.</param>
/// <param name="Reason">Why this base, or why none.</param>
/// <param name="ComparesRows">Whether rows that are read are looked up in the base and scored only when their features changed.</param>
/// <param name="RowsReason">The numbers behind <paramref name="ComparesRows"/>.</param>
/// <param name="ModelNanoseconds">What the model costs a row of one core, measured when the chain of runs began.</param>
/// <param name="FullRun">The run that last scored every row, to compare costs with; null when this run does so itself.</param>
/// <param name="Carried">Shards whose files did not change, in index order.</param>
/// <param name="KeepsSegments">Whether the base's segments are this run's as they are, because every shard is carried and none is gone.</param>
public sealed record RunReuse(
    RunId? Base,
    long BaseSnapshot,
    string Reason,
    bool ComparesRows,
    string RowsReason,
    Measured<double> ModelNanoseconds,
    RunId? FullRun,
    IReadOnlyList<CarriedShard> Carried,
    bool KeepsSegments)
{
    /// <summary>The base's model when this run's appends trees to it; null means that both have the same model.</summary>
    public GrownModel? Grown { get; init; }

    /// <summary>Every row is scored.</summary>
    public static RunReuse None(string reason, Measured<double> modelNanoseconds) =>
        new(null, 0, reason, false, "there is no base", modelNanoseconds, null, [], false);

    /// <summary>How the shard is carried; null means that it is read.</summary>
    public CarriedShard? CarriedAs(int shardIndex) => Carried.FirstOrDefault(c => c.Index == shardIndex);
}
