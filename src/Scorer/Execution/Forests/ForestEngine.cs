using BatchEngine.Scorer.Execution.Onnx;

namespace BatchEngine.Scorer.Execution.Forests;

/// <summary>Takes models that are one tree ensemble and its usual neighbours, and that it scores as ONNX Runtime does. Thread-safe.</summary>
internal sealed class ForestEngine : IModelEngine
{
    /// <inheritdoc/>
    public string Name => "forest";

    /// <inheritdoc/>
    public EngineAnswer Open(ModelReading reading, IReadOnlyList<string> featureNames, ExecutorOptions options)
    {
        if (!reading.Graph.Nodes.Any(ForestReader.IsForest))
            return new EngineAnswer.Declined("there is no tree ensemble in it");
        reading.Begin();
        // The runtime only tells what the model reads and gives, and what it should score: the processor will do.
        using var runtime = OnnxModel.Borrow(reading, featureNames, options);
        return Translate(reading, runtime);
    }

    private static EngineAnswer Translate(ModelReading reading, OnnxModel runtime)
    {
        try
        {
            var graph = reading.Graph;
            var (columns, refusal) =
                ColumnGraph.Of(graph, runtime.Inputs.IsMatrix ? [] : runtime.Inputs.FeatureOfInput, runtime.FeatureNames.Count, reading.Path, reading.ForestOf);
            if (columns is null)
                return new EngineAnswer.Declined(refusal!);
            for (var i = 0; i < columns.Outputs.Count; i++)
            {
                if (columns.Outputs[i].Columns.Length != runtime.Layout.Parts[i].Columns.Count)
                    return new EngineAnswer.Declined($"its output '{graph.Outputs[i].Name}' has another width than expected");
            }
            using var probe = new ForestProbe(columns, runtime);
            var forest = new LoadedForest(runtime, columns, reading.LayoutOf(columns.Forest.Model));
            return probe.Difference(forest) is { } difference ? new EngineAnswer.Declined(difference) : new EngineAnswer.Opened(forest);
        }
        catch (NotUnderstoodException reason)
        {
            return new EngineAnswer.Declined(reason.Message);
        }
    }
}
