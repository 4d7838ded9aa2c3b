using BatchEngine.Scorer.Execution;

namespace BatchEngine.Scorer.Onnx;

/// <summary>One way of running a model file, which its constructor is given. Implementations are thread-safe.</summary>
internal interface IModelEngine
{
    /// <summary>The name in <see cref="ExecutorOptions.Engine"/>.</summary>
    string Name { get; }

    /// <summary>Whether it is asked only where a device is wanted, or by its name: nothing else should load what it needs.</summary>
    bool NeedsDevice { get; }

    /// <summary>Loads the model, or says why this engine does not take it.</summary>
    /// <param name="featureNames">The features that will be given, in the spec's order.</param>
    /// <param name="options">The person's options.</param>
    /// <exception cref="Domain.BadInputException">No engine could run this file with these features.</exception>
    EngineAnswer Open(IReadOnlyList<string> featureNames, ExecutorOptions options);
}
