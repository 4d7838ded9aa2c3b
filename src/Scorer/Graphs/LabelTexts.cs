namespace BatchEngine.Scorer.Graphs;

/// <summary>The texts that a text output can give, where no classifier names them: the values of a label encoder, or constants that are picked from.</summary>
internal static class LabelTexts
{
    private const int MaxSteps = 1_000;

    /// <summary>Every text that may come out of a value, in the order of the file; empty means that the graph does not say.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="output">The value.</param>
    public static IReadOnlyList<string> Behind(OnnxGraph graph, string output)
    {
        var found = new List<string>();
        var open = new Queue<string>([output]);
        for (var step = 0; step < MaxSteps && open.TryDequeue(out var value); step++)
        {
            if (graph.Initializers.TryGetValue(value, out var constant))
                found.AddRange(constant.Texts);
            else if (graph.ProducerOf(value) is { } node)
                Follow(node, found, open);
        }
        return [.. found.Distinct(StringComparer.Ordinal)];
    }

    private static void Follow(OnnxNode node, List<string> found, Queue<string> open)
    {
        switch (node.OpType)
        {
            case "LabelEncoder":
                found.AddRange(node.Texts("values_strings"));
                found.AddRange(node.Attribute("values_tensor")?.Tensor?.Texts ?? []);
                break;
            case "Constant":
                found.AddRange(node.Texts("value_strings"));
                found.AddRange(node.Attribute("value")?.Tensor?.Texts ?? []);
                break;
            case "Where":
                open.Enqueue(node.Inputs[1]);
                open.Enqueue(node.Inputs[2]);
                break;
            case "Gather" or "GatherElements" or "GatherND" or "ArrayFeatureExtractor" or "Identity" or "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze"
                or "Transpose" or "Slice" or "Cast":
                open.Enqueue(node.Inputs[0]);
                break;
        }
    }
}
