using BatchEngine.Domain;
using BatchEngine.Scorer.Forests;
using BatchEngine.Scorer.Gpu;
using BatchEngine.Scorer.Onnx;

namespace BatchEngine.Scorer.Execution.Opening;

/// <summary>
/// One reading of a model file for everything that opens it: its graph, its forests, a session of ONNX Runtime and the layout of a forest, each made once.
/// Session and layout are made on other threads, beside each other and beside whatever the caller does until it asks for them. Thread-safe; disposing it
/// waits for those threads.
/// </summary>
internal sealed class ModelReading : IDisposable
{
    private readonly ExecutorOptions _options;

    private ModelReading(ModelFile file, ForestEngine forests, ExecutorOptions options)
    {
        (File, Forests, _options) = (file, forests, options);
        Engines = [new GpuForestEngine(forests), forests, new OnnxEngine(file)];
    }

    /// <summary>The names of the engines, in the same order.</summary>
    public static IReadOnlyList<string> EngineNames { get; } = [GpuForestEngine.EngineName, ForestEngine.EngineName, OnnxEngine.EngineName];

    /// <summary>The file.</summary>
    public ModelFile File { get; }

    /// <summary>The engine of forests, which holds those of this file.</summary>
    public ForestEngine Forests { get; }

    /// <summary>The engines in order of preference; the last one takes every valid model.</summary>
    public IReadOnlyList<IModelEngine> Engines { get; }

    /// <summary>What the model reads and gives, as the runtime says; waits for the session.</summary>
    /// <exception cref="BadInputException">The runtime refuses the file.</exception>
    public ModelSignature Signature => File.Signature;

    /// <summary>Reads a file and makes sure that its forests can be handed to ONNX Runtime, which does not check everything before it follows a branch or a
    /// weight.</summary>
    /// <param name="path">An existing file.</param>
    /// <param name="options">How the session is opened, on the processor.</param>
    /// <exception cref="BadInputException">It is no ONNX model, or a forest is broken; tree and node are named.</exception>
    public static ModelReading Of(string path, ExecutorOptions options)
    {
        var file = ModelFile.Read(path, options);
        return new ModelReading(file, new ForestEngine(file), options);
    }

    /// <summary>Begins what opening the model will need: the session, and the layout where an engine of ours will take it.</summary>
    public void Begin()
    {
        _ = File.Session;
        if (_options.Engine != OnnxEngine.EngineName)
            Forests.Forests.BeginLayout();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Forests.Dispose();
        File.Dispose();
    }
}
