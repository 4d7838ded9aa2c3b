namespace BatchEngine.Scorer.Execution;

/// <summary>What an engine says to a model file.</summary>
internal abstract record EngineAnswer
{
    private EngineAnswer()
    {
    }

    /// <summary>It runs the model.</summary>
    public sealed record Opened(LoadedModel Model) : EngineAnswer;

    /// <summary>It leaves the model to another engine.</summary>
    public sealed record Declined(string Reason) : EngineAnswer;
}
