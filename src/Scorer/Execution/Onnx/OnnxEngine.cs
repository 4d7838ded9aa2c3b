namespace BatchEngine.Scorer.Execution.Onnx;

/// <summary>ONNX Runtime: takes every valid model. Thread-safe.</summary>
internal sealed class OnnxEngine : IModelEngine
{
    /// <inheritdoc/>
    public string Name => "onnx";

    /// <inheritdoc/>
    public EngineAnswer Open(string modelPath, IReadOnlyList<string> featureNames, ExecutorOptions options) =>
        new EngineAnswer.Opened(OnnxModel.Open(modelPath, featureNames, options));
}
