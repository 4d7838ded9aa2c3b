namespace BatchEngine.Router.Realtime;

/// <summary>Scores one row now. Safe for many threads; a call changes nothing, so it may be repeated.</summary>
public interface IRealtimeScoring
{
    /// <summary>Scores the features with the model that the name serves.</summary>
    /// <param name="servingName">The name in the URL.</param>
    /// <param name="features">By source column.</param>
    /// <param name="ct">Gives the scoring up; one that does not heed it keeps its place in the bound.</param>
    Task<RealtimeOutcome> ScoreAsync(string servingName, IReadOnlyDictionary<string, object?> features, CancellationToken ct);
}
