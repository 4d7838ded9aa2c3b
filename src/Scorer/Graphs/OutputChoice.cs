using BatchEngine.Domain;

namespace BatchEngine.Scorer.Graphs;

/// <summary>Which outputs of a model are kept. Pure.</summary>
/// <param name="Kept">In the model's order.</param>
/// <param name="LeftOut">Left out unasked, because they only pass inputs on; in the model's order.</param>
internal sealed record OutputChoice(IReadOnlyList<string> Kept, IReadOnlyList<string> LeftOut)
{
    // Operators that rename, retype, lay out or encode what they are given, and learn nothing about a row.
    private static readonly HashSet<string> s_arranging = new(StringComparer.Ordinal)
    {
        "Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Transpose", "Concat", "LabelEncoder", "OneHotEncoder", "CategoryMapper",
        "FeatureVectorizer", "Constant",
    };

    // ML.NET's exporter adds an output for every column that a pipeline carries along, and names it so. An output of another name that only arranges an input
    // was put there by a person, for instance a flag beside the score.
    private static readonly string[] s_addedByExporter = [".output", ".unusedOutput"];

    /// <summary>Chooses: what is asked for, and else every output but those that only arrange inputs or constants and were added by ML.NET's exporter, or are
    /// texts, where others remain.</summary>
    /// <param name="graph">The model.</param>
    /// <param name="asked">Names of outputs; empty means that nobody said.</param>
    /// <param name="place">The model, for the error.</param>
    /// <exception cref="BadInputException">There is no output of that name.</exception>
    public static OutputChoice Of(OnnxGraph graph, IReadOnlyList<string> asked, string place)
    {
        string[] all = [.. graph.Outputs.Select(o => o.Name)];
        if (asked.FirstOrDefault(a => !all.Contains(a, StringComparer.Ordinal)) is { } unknown)
        {
            throw new BadInputException($"{place}, outputs", $"'{unknown}'", $"outputs of the model: {string.Join(", ", all)}",
                NearestWord.Of(unknown, all) is { } nearest ? $"Did you mean '{nearest}'?" : "Choose among them.");
        }
        if (asked.Count > 0)
            return new OutputChoice([.. all.Where(o => asked.Contains(o, StringComparer.Ordinal))], []);
        var arranged = Arranged(graph);
        string[] leftOut = [.. graph.Outputs.Where(o => arranged.Contains(o.Name) && IsAdded(o)).Select(o => o.Name)];
        return leftOut.Length == all.Length ? new OutputChoice(all, []) : new OutputChoice([.. all.Except(leftOut, StringComparer.Ordinal)], leftOut);
    }

    private static bool IsAdded(OnnxValue output) => output.Element == OnnxElement.Text
        || s_addedByExporter.Any(ending => output.Name.EndsWith(ending, StringComparison.Ordinal));

    private static HashSet<string> Arranged(OnnxGraph graph)
    {
        var arranged = new HashSet<string>([.. graph.Inputs.Select(i => i.Name), .. graph.Initializers.Keys, ""], StringComparer.Ordinal);
        foreach (var node in graph.Nodes)
        {
            if (s_arranging.Contains(node.OpType) && node.Inputs.All(arranged.Contains))
                arranged.UnionWith(node.Outputs);
        }
        return arranged;
    }
}
