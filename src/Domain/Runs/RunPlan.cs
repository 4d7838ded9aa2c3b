namespace BatchEngine.Domain;

/// <summary>What a run will do: a pure function of its inputs, so the same inputs give the same bytes. Immutable.</summary>
/// <param name="Run">The run.</param>
/// <param name="Job">The job as it was when planned.</param>
/// <param name="Model">The exact model.</param>
/// <param name="ModelArtifact">The path or blob name of the model's file.</param>
/// <param name="Features">The features, means resolved to constants.</param>
/// <param name="Manifest">The frozen input.</param>
/// <param name="Shards">Disjoint and covering the manifest, in index order.</param>
/// <param name="UnitRows">The most rows of a unit.</param>
/// <param name="PartitionCount">Key-hash partitions of the snapshot, a power of two.</param>
/// <param name="ProfileEdges">Fixed bin edges by column name, so that profiles merge and compare.</param>
/// <param name="Chosen">The capacity that was chosen.</param>
/// <param name="Rejected">The other options and why.</param>
public sealed record RunPlan(
    RunId Run,
    ScoringJob Job,
    ModelVersion Model,
    string ModelArtifact,
    FeatureSpec Features,
    InputManifest Manifest,
    IReadOnlyList<Shard> Shards,
    int UnitRows,
    int PartitionCount,
    IReadOnlyDictionary<string, BinEdges> ProfileEdges,
    PlanOption Chosen,
    IReadOnlyList<PlanOption> Rejected)
{
    /// <summary>What the model gives: one column per float of a prediction, kept so that a run can be sealed without its model at hand.</summary>
    public IReadOnlyList<OutputColumn> Outputs { get; init; } = [];

    /// <summary>Sums of a forest that the snapshot keeps behind each prediction and no look-up gives; default none.</summary>
    public int KeptSums { get; init; }

    /// <summary>The kind of the key column; default <see cref="KeyKind.Int64"/>.</summary>
    public KeyKind KeyKind { get; init; } = KeyKind.Int64;

    /// <summary>How predictions are computed: only runs of the same arithmetic give the same bits for the same rows. Empty means not recorded.</summary>
    public string Arithmetic { get; init; } = "";

    /// <summary>The rows by which profiles are sampled (<see cref="ProfileSampling.OneInFor"/>): the manifest's, or those of the run whose shards are
    /// carried, so that their profiles add up.</summary>
    public long ProfiledRows { get; init; } = Manifest.Rows;

    /// <summary>What is taken over from an earlier run.</summary>
    public RunReuse Reuse { get; init; } = RunReuse.None("nothing was looked for", Measured<double>.NotMeasured("the model was not timed"));

    /// <summary>Rows of the shards that are read: all but the carried ones.</summary>
    public long RowsToRead => Shards.Where(s => Reuse.CarriedAs(s.Index) is null).Sum(s => s.Rows);
}
