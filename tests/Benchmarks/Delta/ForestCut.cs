using BatchEngine.Domain;
using BatchEngine.Scorer.Graphs;
using BatchEngine.Scorer.Tests.Graphs;

namespace BatchEngine.Benchmarks.Delta;

/// <summary>Writes the first trees of a regressor as a model of its own, as training would have left it some rounds earlier.</summary>
internal static class ForestCut
{
    /// <summary>Writes the cut.</summary>
    /// <param name="model">A file whose only operator is a TreeEnsembleRegressor.</param>
    /// <param name="trees">Trees of the cut; all give the same model as the file.</param>
    /// <param name="path">Where to.</param>
    public static void Write(string model, int trees, string path)
    {
        var graph = OnnxGraph.ReadFile(model);
        if (graph.Nodes is not [{ OpType: "TreeEnsembleRegressor" } forest] || graph.Inputs is not [var input] || graph.Outputs is not [var output])
            throw new BadInputException(model, "another graph", "one TreeEnsembleRegressor and nothing else", "Take a model of boosted trees.");
        var attributes = forest.Attributes.Values.Select(a => a switch
        {
            _ when a.Name.StartsWith("nodes_", StringComparison.Ordinal) => Filtered(a, forest.Ints("nodes_treeids"), trees),
            _ when a.Name.StartsWith("target_", StringComparison.Ordinal) => Filtered(a, forest.Ints("target_treeids"), trees),
            { Floats.Count: > 0 } => OnnxModelWriter.Floats(a.Name, a.Floats),
            { Text.Length: > 0 } => OnnxModelWriter.OneText(a.Name, a.Text),
            _ => OnnxModelWriter.OneInt(a.Name, a.Int),
        });
        File.WriteAllBytes(path, new OnnxModelWriter().Input(input.Name, OnnxModelWriter.Float, [.. input.Shape!])
            .Node(forest.OpType, forest.Domain, [.. forest.Inputs], [.. forest.Outputs], [.. attributes])
                .Output(output.Name, OnnxModelWriter.Float, [.. output.Shape!]).ToArray());
    }

    private static OnnxBytes Filtered(OnnxAttribute list, IReadOnlyList<long> treeIds, int trees) =>
        list.Ints.Count > 0 ? OnnxModelWriter.Ints(list.Name, list.Ints.Where((_, i) => treeIds[i] < trees))
        : list.Floats.Count > 0 ? OnnxModelWriter.Floats(list.Name, list.Floats.Where((_, i) => treeIds[i] < trees))
        : OnnxModelWriter.Texts(list.Name, list.Texts.Where((_, i) => treeIds[i] < trees));
}
