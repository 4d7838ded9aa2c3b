using BatchEngine.Domain;
using BatchEngine.Scorer.Execution.Forests;
using BatchEngine.Scorer.Execution.Gpu;
using BatchEngine.Scorer.Execution.Onnx;

namespace BatchEngine.Scorer.Execution;

/// <summary>Opens model files with the engine that suits them. Thread-safe.</summary>
public static class ExecutorFactory
{
    // In order of preference; the last one takes every valid model.
    private static readonly IModelEngine[] s_engines = [new GpuForestEngine(), new ForestEngine(), new OnnxEngine()];

    /// <summary>The names that <see cref="ExecutorOptions.Engine"/> takes, "auto" first.</summary>
    public static IReadOnlyList<string> EngineNames { get; } = [ExecutorOptions.AutoEngine, .. s_engines.Select(e => e.Name)];

    /// <summary>Loads a model for the given features.</summary>
    /// <param name="modelPath">An ONNX file.</param>
    /// <param name="featureNames">The features in the spec's order (one-hot groups spread out). A model with one matrix input takes them by position, a model
    /// with one input per column by name.</param>
    /// <param name="options">How to run it; null means <see cref="ExecutorOptions.Default"/>.</param>
    /// <exception cref="BadInputException">The file is missing or no model, or its inputs do not match the features.</exception>
    public static LoadedModel Open(string modelPath, IReadOnlyList<string> featureNames, ExecutorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(featureNames);
        options ??= ExecutorOptions.Default;
        if (!File.Exists(modelPath))
            throw new BadInputException(modelPath, "no file", "an ONNX model", "Check the path, or list the registered models with: batchengine models list.");
        RequireKnownEngine(options);
        using var reading = ModelReading.Of(modelPath, options);
        return Open(reading, featureNames, options);
    }

    /// <summary>Loads a model whose file was read before, with the same options.</summary>
    /// <exception cref="BadInputException">Its inputs do not match the features, or there is no engine of this name.</exception>
    internal static LoadedModel Open(ModelReading reading, IReadOnlyList<string> featureNames, ExecutorOptions options)
    {
        RequireKnownEngine(options);
        var declined = new List<string>();
        foreach (var engine in s_engines.Where(e => IsAsked(e, options)))
        {
            switch (engine.Open(reading, featureNames, options))
            {
                case EngineAnswer.Opened opened:
                    opened.Model.Notes = [.. declined, .. opened.Model.Notes];
                    opened.Model.DeviceNote = options.Device == ExecutionDevice.Cpu || opened.Model.IsOnDevice ? null
                        : $"{DeviceReason(opened.Model.Notes)}; the processor scores";
                    return opened.Model;
                case EngineAnswer.Declined reason:
                    declined.Add($"{engine.Name}: {reason.Reason}");
                    break;
            }
        }
        throw new BadInputException(reading.Path, string.Join("; ", declined), $"a model that engine '{options.Engine}' can run", "Use engine 'auto'.");
    }

    private static void RequireKnownEngine(ExecutorOptions options)
    {
        if (!EngineNames.Contains(options.Engine, StringComparer.Ordinal))
            throw new BadInputException("engine", $"'{options.Engine}'", string.Join(" or ", EngineNames.Select(n => $"'{n}'")),
                "Use 'auto' unless you compare engines.");
    }

    // The last engine that was asked for a device knows best why there is none.
    private static string DeviceReason(IReadOnlyList<string> notes) =>
        notes.LastOrDefault(n => n.StartsWith("onnx: ", StringComparison.Ordinal)) ?? notes.LastOrDefault(n => n.StartsWith("gpu: ", StringComparison.Ordinal))
            ?? "this engine runs on no card";

    // The device's engine is asked by name, or when a device is wanted: the others never load what it needs.
    private static bool IsAsked(IModelEngine engine, ExecutorOptions options) =>
        options.Engine == engine.Name
            || (options.Engine == ExecutorOptions.AutoEngine && (engine is not GpuForestEngine || options.Device != ExecutionDevice.Cpu));
}
