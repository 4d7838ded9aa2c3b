namespace BatchEngine.Scorer.Graphs;

/// <summary>Follows missing values from a model's inputs through its graph, input by input and column by column.</summary>
internal sealed class MissingFlow(OnnxGraph graph)
{
    private static readonly HashSet<string> s_takesMissing = new(StringComparer.Ordinal)
    {
        "TreeEnsemble", "TreeEnsembleRegressor", "TreeEnsembleClassifier", "IsNaN", "Shape", "Size",
    };

    /// <summary>For each column of an input, whether no missing value there can reach an output unseen: each path leads through trees, an imputer of missing
    /// values or an explicit test for NaN.</summary>
    /// <param name="input">A float input.</param>
    /// <param name="width">Its columns.</param>
    public bool[] Accepts(string input, int width)
    {
        var accepts = new bool[width];
        var picked = Picks(input);
        // Columns that are picked by the same nodes share their way.
        var known = new Dictionary<string, bool>(StringComparer.Ordinal);
        for (var column = 0; column < width; column++)
        {
            var way = string.Join(',', picked.Where(p => p.Columns.Contains(column)).Select(p => p.Node));
            if (!known.TryGetValue(way, out accepts[column]))
                known[way] = accepts[column] = Accepts(input, picked.Where(p => !p.Columns.Contains(column)).Select(p => p.Node).ToHashSet());
        }
        return accepts;
    }

    private bool Accepts(string input, HashSet<int> without)
    {
        var mayBeNaN = new HashSet<string>([input], StringComparer.Ordinal);
        var nanTests = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < graph.Nodes.Count; i++)
        {
            var node = graph.Nodes[i];
            if (without.Contains(i) || (!HasSubgraph(node) && !node.Inputs.Any(mayBeNaN.Contains)))
                continue;
            if (node.OpType == "IsNaN")
                nanTests.UnionWith(node.Outputs);
            var replaces = node.OpType == "Where" && node.Inputs.Count == 3 && nanTests.Contains(node.Inputs[0]) && !mayBeNaN.Contains(node.Inputs[1]);
            if (!replaces && !TakesMissing(node))
                mayBeNaN.UnionWith(node.Outputs);
        }
        return graph.Nodes.Count > 0 && !graph.Outputs.Any(o => mayBeNaN.Contains(o.Name));
    }

    // An imputer replaces one value, which need not be the missing one.
    private static bool TakesMissing(OnnxNode node) => node.OpType == "Imputer" ? float.IsNaN(node.Float("replaced_value_float", 0))
        : s_takesMissing.Contains(node.OpType);

    // The nodes that take some columns of a matrix by number, and which.
    private List<(int Node, HashSet<long> Columns)> Picks(string input)
    {
        var same = new HashSet<string>([input], StringComparer.Ordinal);
        var picks = new List<(int Node, HashSet<long> Columns)>();
        for (var i = 0; i < graph.Nodes.Count; i++)
        {
            var node = graph.Nodes[i];
            if (node.Inputs.Count == 0 || !same.Contains(node.Inputs[0]))
                continue;
            if (node.OpType is "Identity" or "Cast")
                same.UnionWith(node.Outputs);
            else if (IsPick(node) && Constant(node.Inputs[1]) is { Length: > 0 } columns)
                picks.Add((i, [.. columns]));
        }
        return picks;
    }

    private static bool IsPick(OnnxNode node) => node.Inputs.Count == 2
        && (node.OpType == "ArrayFeatureExtractor" || (node.OpType == "Gather" && node.Int("axis", 0) is 1 or -1));

    private long[] Constant(string value) => graph.Initializers.TryGetValue(value, out var tensor) ? tensor.ToIntegers()
        : graph.ProducerOf(value) is { OpType: "Constant" } node ? node.Attribute("value")?.Tensor?.ToIntegers() ?? [.. node.Ints("value_ints")] : [];

    private static bool HasSubgraph(OnnxNode node) => node.Attributes.Values.Any(a => a.HasSubgraph);
}
