using BatchEngine.Domain;
using BatchEngine.Scorer.Forests;
using BatchEngine.Scorer.Onnx;

namespace BatchEngine.Scorer.Execution.Opening;

/// <summary>Opens model files with the engine that suits them.</summary>
public static class ExecutorFactory
{
    /// <summary>The names that <see cref="ExecutorOptions.Engine"/> takes, "auto" first.</summary>
    public static IReadOnlyList<string> EngineNames { get; } = [ExecutorOptions.AutoEngine, .. ModelReading.EngineNames];

    /// <summary>Reads what a model takes and gives, without features at hand.</summary>
    /// <param name="modelPath">An ONNX file.</param>
    /// <exception cref="BadInputException">The file is missing or no ONNX model.</exception>
    public static ModelSignature Inspect(string modelPath) => InspectWhole(modelPath).Signature;

    /// <summary>The same for some of its outputs: inputs that none of them needs are not among those it takes.</summary>
    /// <param name="modelPath">An ONNX file.</param>
    /// <param name="outputs">Names of outputs; empty means all but those that ML.NET's exporter adds to pass inputs on.</param>
    /// <exception cref="BadInputException">The file is missing or no ONNX model, or has no output of that name.</exception>
    public static ModelSignature Inspect(string modelPath, IReadOnlyList<string> outputs) => InspectWhole(modelPath, outputs).Signature;

    /// <summary>The same, and which weight files belong to it.</summary>
    /// <param name="modelPath">An ONNX file.</param>
    /// <exception cref="BadInputException">The file is missing or no ONNX model, or names a file that is not in its folder.</exception>
    public static InspectedModel InspectWhole(string modelPath) => InspectWhole(modelPath, []);

    /// <summary>The same for some of its outputs: inputs that none of them needs are not among those it takes.</summary>
    /// <param name="modelPath">An ONNX file.</param>
    /// <param name="outputs">Names of outputs; empty means all but those that ML.NET's exporter adds to pass inputs on.</param>
    /// <exception cref="BadInputException">The file is missing or no ONNX model, or has no output of that name.</exception>
    public static InspectedModel InspectWhole(string modelPath, IReadOnlyList<string> outputs)
    {
        if (!File.Exists(modelPath))
            throw new BadInputException(modelPath, "no file", "an ONNX model", "Check the path.");
        using var reading = ModelReading.Of(modelPath, ExecutorOptions.Default with { Outputs = outputs });
        return new InspectedModel(reading.Signature, reading.File.Graph.WeightFiles);
    }

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
        var refusals = new List<EngineRefusal>();
        foreach (var engine in reading.Engines.Where(e => IsAsked(e, options)))
        {
            switch (engine.Open(featureNames, options))
            {
                case EngineAnswer.Opened opened:
                    if (opened.WithoutDevice is { } withoutDevice)
                        refusals.Add(withoutDevice);
                    opened.Model.LeftOut = reading.File.LeftOut;
                    opened.Model.Notes = [.. refusals.Select(r => r.ToString())];
                    opened.Model.DeviceNote = options.Device == ExecutionDevice.Cpu || opened.Model.IsOnDevice ? null
                        : $"{DeviceReason(refusals)}; the processor scores";
                    opened.Model.Caveats = SpecDepartures.Of(reading.File.Graph, reading.Forests.Forests);
                    opened.Model.Coupling = CompanyProbe.Look(opened.Model);
                    if (opened.Model.Coupling is { } coupling)
                        opened.Model.Caveats = opened.Model.Caveats with { Scores = [.. opened.Model.Caveats.Scores, coupling] };
                    return opened.Model;
                case EngineAnswer.Declined declined:
                    refusals.Add(declined.Refusal);
                    break;
            }
        }
        throw new BadInputException(reading.File.Path, string.Join("; ", refusals), $"a model that engine '{options.Engine}' can run", "Use engine 'auto'.");
    }

    private static void RequireKnownEngine(ExecutorOptions options)
    {
        if (!EngineNames.Contains(options.Engine, StringComparer.Ordinal))
            throw new BadInputException("engine", $"'{options.Engine}'", string.Join(" or ", EngineNames.Select(n => $"'{n}'")),
                "Use 'auto' unless you compare engines.");
    }

    // The last engine that was asked for a device knows best why there is none.
    private static string DeviceReason(List<EngineRefusal> refusals) =>
        refusals.LastOrDefault(r => r.Cause == RefusalCause.Device)?.ToString() ?? "this engine runs on no card";

    private static bool IsAsked(IModelEngine engine, ExecutorOptions options) =>
        options.Engine == engine.Name
            || (options.Engine == ExecutorOptions.AutoEngine && (!engine.NeedsDevice || options.Device != ExecutionDevice.Cpu));
}
