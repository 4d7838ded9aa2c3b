using BatchEngine.Domain;

namespace BatchEngine.Router.Realtime;

/// <summary>What a real-time scoring comes to. Match it exhaustively.</summary>
public abstract record RealtimeOutcome
{
    private RealtimeOutcome()
    {
    }

    /// <summary>Scored.</summary>
    public sealed record Scored(Prediction Prediction, ModelVersion Model, IReadOnlyList<OutputColumn> Outputs) : RealtimeOutcome;

    /// <summary>The endpoint could not score; the caller's features are not to blame. The reason is for the caller; the failure is for the log.</summary>
    public sealed record Failed(string Reason, Exception? Failure = null) : RealtimeOutcome;

    /// <summary>The endpoint scores as much at once as it may; another try may find a place. The reason is for the caller.</summary>
    public sealed record Overloaded(string Reason) : RealtimeOutcome;

    /// <summary>The features cannot be used; the problem names the column and what was expected.</summary>
    public sealed record BadFeatures(BadInputException Problem) : RealtimeOutcome;
}
