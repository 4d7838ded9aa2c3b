using BatchEngine.Scorer.Execution;

namespace BatchEngine.Scorer.Onnx;

/// <summary>What an engine says to a model file.</summary>
internal abstract record EngineAnswer
{
    private EngineAnswer()
    {
    }

    /// <summary>It runs the model.</summary>
    /// <param name="Model">The model; belongs to the caller.</param>
    /// <param name="WithoutDevice">Why it does not run on the device that was asked for; null when it does, or when none was.</param>
    public sealed record Opened(LoadedModel Model, EngineRefusal? WithoutDevice = null) : EngineAnswer;

    /// <summary>It leaves the model to another engine.</summary>
    public sealed record Declined(EngineRefusal Refusal) : EngineAnswer;
}
