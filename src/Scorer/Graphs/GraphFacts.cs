
namespace BatchEngine.Scorer.Graphs;

/// <summary>What a graph says about probabilities.</summary>
internal static class GraphFacts
{
    private static readonly HashSet<string> s_givesProbabilities = new(StringComparer.Ordinal)
    {
        "Sigmoid", "Softmax", "TreeEnsembleClassifier", "LinearClassifier", "SVMClassifier", "ZipMap",
    };

    private static readonly HashSet<string> s_shapesOnly = new(StringComparer.Ordinal)
    {
        "Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Transpose", "Concat", "Clip",
    };

    /// <summary>Whether an output is a probability: made by a classifier, a softmax or a sigmoid, apart from changes of shape and type.</summary>
    public static bool IsProbability(OnnxGraph graph, string output) => MakerOfProbabilities(graph, output) is not null;

    /// <summary>Whether an output is made by a sigmoid, so that several values a row are probabilities of labels that do not exclude each other.</summary>
    public static bool IsSigmoid(OnnxGraph graph, string output) => MakerOfProbabilities(graph, output)?.OpType == "Sigmoid";

    /// <summary>Whether two values come from one computation: some node, other than one that only changes shape or type, is behind both. A column that is
    /// passed
    /// through from an input has nothing in common with what the model made.</summary>
    public static bool ComeFromOneNode(OnnxGraph graph, string first, string second)
    {
        var behind = NodesBehind(graph, first);
        return NodesBehind(graph, second).Any(n => behind.Contains(n) && !s_shapesOnly.Contains(n.OpType));
    }

    /// <summary>Whether any node's operator begins like this.</summary>
    public static bool Uses(OnnxGraph graph, string opPrefix) => graph.Nodes.Any(n => n.OpType.StartsWith(opPrefix, StringComparison.Ordinal));

    private static OnnxNode? MakerOfProbabilities(OnnxGraph graph, string output)
    {
        var value = output;
        for (var step = 0; step <= graph.Nodes.Count && graph.ProducerOf(value) is { } node; step++)
        {
            if (s_givesProbabilities.Contains(node.OpType))
                return node.Outputs.Count == 1 || node.Outputs[^1] == value ? node : null;
            if (!s_shapesOnly.Contains(node.OpType) || node.Inputs.Count == 0)
                return null;
            value = node.OpType == "Concat" ? node.Inputs[^1] : node.Inputs[0];
        }
        return null;
    }

    private static HashSet<OnnxNode> NodesBehind(OnnxGraph graph, string value)
    {
        var makers = new Dictionary<string, OnnxNode>(StringComparer.Ordinal);
        foreach (var node in graph.Nodes)
        {
            foreach (var output in node.Outputs)
                makers[output] = node;
        }
        var found = new HashSet<OnnxNode>(ReferenceEqualityComparer.Instance);
        var open = new Stack<string>([value]);
        while (open.TryPop(out var next))
        {
            if (!makers.TryGetValue(next, out var node) || !found.Add(node))
                continue;
            foreach (var input in node.Inputs)
                open.Push(input);
        }
        return found;
    }
}
