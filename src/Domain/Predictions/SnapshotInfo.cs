namespace BatchEngine.Domain;

/// <summary>The complete predictions of one run and model: one segment a partition, published by one transaction.</summary>
/// <param name="Id">Counted from 1 over all snapshots; 0 before it is stored.</param>
/// <param name="ServingName">The name that applications look up: the job's serving name.</param>
/// <param name="Run">The run that made it.</param>
/// <param name="Model">The model that made it.</param>
/// <param name="KeyKind">The kind of its keys.</param>
/// <param name="Outputs">One column per float of a prediction.</param>
/// <param name="PartitionCount">A power of two; a key's partition is the top bits of its hash.</param>
/// <param name="AsOf">The instant the features speak of: the run's scheduled instant.</param>
/// <param name="CreatedAt">When it was sealed.</param>
/// <param name="Segments">In partition order.</param>
public sealed record SnapshotInfo(
    long Id,
    string ServingName,
    RunId Run,
    ModelVersion Model,
    KeyKind KeyKind,
    IReadOnlyList<OutputColumn> Outputs,
    int PartitionCount,
    DateTimeOffset AsOf,
    DateTimeOffset CreatedAt,
    IReadOnlyList<SegmentInfo> Segments)
{
    /// <summary>Distinct keys in all segments.</summary>
    public long Keys => Segments.Sum(s => s.Keys);
}
