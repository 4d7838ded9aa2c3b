using BatchEngine.Domain;

namespace BatchEngine.Router.Realtime;

/// <summary>Scores one row now. Safe for many threads; a call changes nothing, so it may be repeated.</summary>
public interface IRealtimeScoring
{
    /// <summary>Scores the features with the model of a snapshot.</summary>
    /// <param name="servingName">The name in the URL.</param>
    /// <param name="snapshot">The snapshot that the name serves, or served when the caller's batch began.</param>
    /// <param name="features">By source column.</param>
    /// <param name="ct">Gives the scoring up; one that does not heed it keeps its place in the bound.</param>
    Task<RealtimeOutcome> ScoreAsync(string servingName, SnapshotInfo snapshot, IReadOnlyDictionary<string, object?> features, CancellationToken ct);
}
