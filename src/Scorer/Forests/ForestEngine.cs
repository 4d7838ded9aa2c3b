using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Forests.Graph;
using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Onnx;

namespace BatchEngine.Scorer.Forests;

/// <summary>Takes models that are one tree ensemble and its usual neighbours, and that it scores as ONNX Runtime does. Thread-safe; dispose it before its
/// file.</summary>
internal sealed class ForestEngine : IModelEngine, IDisposable
{
    /// <summary>What <see cref="ExecutorOptions.Engine"/> calls it.</summary>
    public const string EngineName = "forest";

    private readonly ModelFile _file;
    private readonly FileForests _forests;

    /// <summary>Reads and checks all forests of a file, whatever engine will run it: after that the file can be handed to ONNX Runtime.</summary>
    /// <exception cref="BadInputException">A forest is broken; tree and node are named.</exception>
    public ForestEngine(ModelFile file) => (_file, _forests) = (file, new FileForests(file.Graph, file.Path));

    /// <inheritdoc/>
    public string Name => EngineName;

    /// <inheritdoc/>
    public bool NeedsDevice => false;

    /// <summary>The forests of the file.</summary>
    public FileForests Forests => _forests;

    /// <inheritdoc/>
    public EngineAnswer Open(IReadOnlyList<string> featureNames, ExecutorOptions options)
    {
        if (_forests.Count == 0)
            return Declined("there is no tree ensemble in it");
        // Session and layout come about side by side.
        _ = _file.Session;
        _forests.BeginLayout();
        // The runtime only tells what the model reads and gives, and what it should score: the processor will do.
        using var runtime = OnnxModel.Borrow(_file, featureNames, options);
        return Translate(runtime);
    }

    /// <inheritdoc/>
    public void Dispose() => _forests.Dispose();

    private EngineAnswer Translate(OnnxModel runtime)
    {
        try
        {
            if (!runtime.Inputs.IsMatrix && !runtime.Inputs.IsColumns)
                return Declined("its inputs are neither one matrix nor one column each");
            var (columns, refusal) = ColumnGraph.Of(_file.Graph, runtime.Inputs.IsMatrix ? [] : runtime.Inputs.FeatureOfInput, runtime.FeatureNames.Count,
                _file.Path, _forests.Of);
            if (columns is null)
                return Declined(refusal!);
            for (var i = 0; i < columns.Outputs.Count; i++)
            {
                if (runtime.OutputLayout.Parts[i].IsWide)
                    return Declined($"its output '{_file.Graph.Outputs[i].Name}' has labels that a 32-bit float does not hold");
                if (columns.Outputs[i].Columns.Length != runtime.OutputLayout.Parts[i].Columns.Count)
                    return Declined($"its output '{_file.Graph.Outputs[i].Name}' has another width than expected");
            }
            using var probe = new ForestProbe(columns, runtime);
            var forest = new LoadedForest(runtime, columns, _forests.LayoutOf(columns.Forest.Model));
            return probe.Difference(forest) is { } difference ? Declined(difference) : new EngineAnswer.Opened(forest);
        }
        catch (NotUnderstoodException reason)
        {
            return Declined(reason.Message);
        }
    }

    private static EngineAnswer.Declined Declined(string reason) => new(new EngineRefusal(EngineName, RefusalCause.Model, reason));
}
