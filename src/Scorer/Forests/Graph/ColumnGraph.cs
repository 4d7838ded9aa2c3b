using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Graphs;


namespace BatchEngine.Scorer.Forests.Graph;

/// <summary>A graph of one forest and its usual neighbours, as steps on columns.</summary>
/// <param name="FeatureCount">The first columns are the features.</param>
/// <param name="ColumnCount">All columns.</param>
/// <param name="Before">Steps before the forest.</param>
/// <param name="Forest">The forest.</param>
/// <param name="After">Steps after it.</param>
/// <param name="Outputs">The graph's outputs, in order.</param>
internal sealed record ColumnGraph(int FeatureCount, int ColumnCount, IReadOnlyList<ColumnStep> Before, ForestStep Forest, IReadOnlyList<ColumnStep> After,
    IReadOnlyList<ColumnValue> Outputs)
{
    /// <summary>Whether the outputs are the trees' sums, bit for bit: nothing is done to them.</summary>
    public bool GivesSums => Forest.Model is { Aggregate: ForestAggregate.Sum, Transform: PostTransform.None, Classes: null }
        && Forest.Model.BaseValues.All(b => b == 0)
        && After.Count == 0
        && Outputs.All(o => o.Labels is null)
        && Outputs.SelectMany(o => o.Columns).SequenceEqual(Forest.Scores);

    /// <summary>Translates a graph; or says in a sentence what it does not understand.</summary>
    /// <param name="graph">The model.</param>
    /// <param name="featureOfInput">For one input per feature: the feature by input; empty when one input takes all.</param>
    /// <param name="featureCount">The number of features that the spec gives.</param>
    /// <param name="place">The model's path, for errors.</param>
    /// <param name="read">The forest of a node, where it was read before; null reads it.</param>
    /// <exception cref="Domain.BadInputException">The forest is broken; tree and node are named.</exception>
    public static (ColumnGraph? Graph, string? Refusal) Of(OnnxGraph graph, IReadOnlyList<int> featureOfInput, int featureCount, string place,
        Func<OnnxNode, ReadForest>? read = null)
    {
        if (graph.HasFunctions)
            return (null, "it brings operators of its own");
        var builder = new ColumnGraphBuilder(graph, featureCount, place, read ?? (node => new ReadForest(node, place)));
        for (var i = 0; i < graph.Inputs.Count; i++)
        {
            if (graph.Inputs[i].Element != OnnxElement.Float32)
                return (null, $"its input '{graph.Inputs[i].Name}' is no 32-bit float");
            builder.Bind(graph.Inputs[i].Name, featureOfInput.Count == 0 ? [.. Enumerable.Range(0, featureCount)] : [featureOfInput[i]]);
        }
        foreach (var node in Needed(graph))
        {
            if (builder.Add(node) is { } refusal)
                return (null, refusal);
        }
        return builder.Build();
    }

    // Only what leads to an output is translated.
    private static List<OnnxNode> Needed(OnnxGraph graph)
    {
        var wanted = graph.Outputs.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        var needed = new List<OnnxNode>();
        foreach (var node in graph.Nodes.Reverse())
        {
            if (!node.Outputs.Any(wanted.Contains))
                continue;
            wanted.UnionWith(node.Inputs);
            needed.Add(node);
        }
        needed.Reverse();
        return needed;
    }
}
