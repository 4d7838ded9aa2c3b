namespace BatchEngine.Scorer.Execution;

/// <summary>One way of running model files. Implementations are stateless and thread-safe.</summary>
internal interface IModelEngine
{
    /// <summary>The name in <see cref="ExecutorOptions.Engine"/>.</summary>
    string Name { get; }

    /// <summary>Loads the model, or says why this engine does not take it.</summary>
    /// <param name="reading">The file; stays the caller's.</param>
    /// <param name="featureNames">The features that will be given, in the spec's order.</param>
    /// <param name="options">The person's options.</param>
    /// <exception cref="Domain.BadInputException">No engine could run this file with these features.</exception>
    EngineAnswer Open(ModelReading reading, IReadOnlyList<string> featureNames, ExecutorOptions options);
}
