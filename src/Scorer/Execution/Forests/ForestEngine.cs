using BatchEngine.Scorer.Execution.Graphs;
using BatchEngine.Scorer.Execution.Onnx;

namespace BatchEngine.Scorer.Execution.Forests;

/// <summary>Takes models that are one tree ensemble and its usual neighbours, and that it scores as ONNX Runtime does. Thread-safe.</summary>
internal sealed class ForestEngine : IModelEngine
{
    /// <inheritdoc/>
    public string Name => "forest";

    /// <inheritdoc/>
    public EngineAnswer Open(string modelPath, IReadOnlyList<string> featureNames, ExecutorOptions options)
    {
        var graph = OnnxGraph.ReadFile(modelPath);
        if (!graph.Nodes.Any(ForestReader.IsForest))
            return new EngineAnswer.Declined("there is no tree ensemble in it");
        // The runtime only tells what the model reads and gives, and what it should score: the processor will do.
        using var runtime = OnnxModel.Open(modelPath, featureNames, options with { Device = ExecutionDevice.Cpu });
        return Translate(modelPath, graph, runtime);
    }

    private static EngineAnswer Translate(string modelPath, OnnxGraph graph, OnnxModel runtime)
    {
        try
        {
            var (columns, refusal) = ColumnGraph.Of(graph, runtime.Inputs.IsMatrix ? [] : runtime.Inputs.FeatureOfInput, runtime.FeatureNames.Count, modelPath);
            if (columns is null)
                return new EngineAnswer.Declined(refusal!);
            for (var i = 0; i < columns.Outputs.Count; i++)
            {
                if (columns.Outputs[i].Columns.Length != runtime.Layout.Parts[i].Columns.Count)
                    return new EngineAnswer.Declined($"its output '{graph.Outputs[i].Name}' has another width than expected");
            }
            var forest = new LoadedForest(runtime, columns);
            return ForestProbe.Difference(forest, runtime) is { } difference ? new EngineAnswer.Declined(difference) : new EngineAnswer.Opened(forest);
        }
        catch (NotUnderstoodException reason)
        {
            return new EngineAnswer.Declined(reason.Message);
        }
    }
}
