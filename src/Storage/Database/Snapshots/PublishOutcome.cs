using BatchEngine.Domain;

namespace BatchEngine.Storage.Database.Snapshots;

/// <summary>What became of the wish to publish a run. Match it exhaustively.</summary>
public abstract record PublishOutcome
{
    private PublishOutcome()
    {
    }

    /// <summary>The run is published, now or before; its snapshot serves, unless a later move of the pointer took its place since.</summary>
    public sealed record Published(SnapshotInfo Snapshot) : PublishOutcome;

    /// <summary>A snapshot as of a later instant serves, so this one does not take its place; the run is completed.</summary>
    /// <param name="Current">What serves.</param>
    public sealed record NewerServes(SnapshotInfo Current) : PublishOutcome;

    /// <summary>Another job serves under the name; nothing was changed.</summary>
    /// <param name="Current">What serves.</param>
    public sealed record NameTaken(SnapshotInfo Current) : PublishOutcome;

    /// <summary>The run is not being judged, somebody cancelled or failed it meanwhile; nothing was changed.</summary>
    /// <param name="State">Where it is.</param>
    public sealed record NotJudged(RunState State) : PublishOutcome;
}
