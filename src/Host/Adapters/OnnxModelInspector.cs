using BatchEngine.Domain;
using BatchEngine.Registry.Models;
using BatchEngine.Scorer.Execution.Onnx;

namespace BatchEngine.Host.Adapters;

/// <summary>Lets the registry read a model's inputs and outputs through the scorer. Thread-safe.</summary>
internal sealed class OnnxModelInspector : IModelInspector
{
    /// <inheritdoc/>
    public ModelSignature Inspect(string path) => OnnxModel.Inspect(path);
}
