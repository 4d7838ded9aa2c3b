namespace BatchEngine.Scheduler.Planning;

/// <summary>Whether there is a run to take predictions over from. Match it exhaustively.</summary>
internal abstract record BaseAnswer
{
    private BaseAnswer()
    {
    }

    /// <summary>There is one; whether it fits is the planner's to say.</summary>
    public sealed record Found(BaseRun Run) : BaseAnswer;

    /// <summary>There is none.</summary>
    /// <param name="Reason">Why, for a person.</param>
    public sealed record None(string Reason) : BaseAnswer;
}
