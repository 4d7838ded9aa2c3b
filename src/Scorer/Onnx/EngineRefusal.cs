namespace BatchEngine.Scorer.Onnx;

/// <summary>Why an engine did not take a model, or does not run it on the device that was asked for.</summary>
/// <param name="Engine">The engine's name.</param>
/// <param name="Cause">What stood in the way.</param>
/// <param name="Reason">The same in a sentence.</param>
internal sealed record EngineRefusal(string Engine, RefusalCause Cause, string Reason)
{
    /// <summary>"gpu: there is no CUDA device 1, only 1 counted from 0".</summary>
    public override string ToString() => $"{Engine}: {Reason}";
}
