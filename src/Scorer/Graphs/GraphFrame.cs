using System.Globalization;
using System.Text;
using BatchEngine.Domain;

namespace BatchEngine.Scorer.Graphs;

/// <summary>The digest of a graph without the trees of its ensembles: equal frames do the same before and after the trees.</summary>
internal static class GraphFrame
{
    // The lists that say the trees; what is done to their sums (aggregate, base values, transform, labels, targets) belongs to the frame.
    private static readonly string[] s_treeLists =
    [
        "nodes_", "target_", "class_", "leaf_", "tree_roots", "membership_values",
    ];

    /// <summary>Digests inputs, outputs, constants, operators and their attributes. Names of nodes, of the producer and of the file format's version do not
    /// count.</summary>
    /// <param name="graph">The model.</param>
    /// <param name="holdsTrees">Which nodes are ensembles.</param>
    public static Digest DigestOf(OnnxGraph graph, Func<OnnxNode, bool> holdsTrees)
    {
        var text = new StringBuilder();
        foreach (var (domain, version) in graph.OpsetImports.OrderBy(o => o.Key, StringComparer.Ordinal))
            Line(text, "opset", domain, Of(version));
        foreach (var input in graph.Inputs)
            Line(text, "input", Of(input));
        foreach (var output in graph.Outputs)
            Line(text, "output", Of(output));
        foreach (var (name, tensor) in graph.Initializers.OrderBy(i => i.Key, StringComparer.Ordinal))
            Line(text, "constant", name, Of(tensor));
        foreach (var node in graph.Nodes)
        {
            Line(text, "node", node.Domain, node.OpType, Of(node.Inputs), Of(node.Outputs));
            foreach (var attribute in node.Attributes.Values.Where(a => !holdsTrees(node) || !IsTreeList(a.Name)).OrderBy(a => a.Name, StringComparer.Ordinal))
                Line(text, "attribute", attribute.Name, Of(attribute));
        }
        return Digest.Of(text.ToString());
    }

    private static bool IsTreeList(string attribute) => s_treeLists.Any(l => attribute.StartsWith(l, StringComparison.Ordinal));

    // Every part with its length before it, so that no two lists of parts are the same text.
    private static void Line(StringBuilder text, params ReadOnlySpan<string> parts)
    {
        foreach (var part in parts)
            text.Append(part.Length).Append(':').Append(part).Append(' ');
        text.Append('\n');
    }

    private static string Of(OnnxValue v) => string.Join(' ', Of([v.Name]), v.Element, v.Shape is null ? "-" : Of([.. v.Shape.Select(Of)]), v.IsSequence);

    private static string Of(OnnxAttribute a) =>
        string.Join(' ', Of(a.Float), Of(a.Int), Of([a.Text]), Of([.. a.Floats.Select(f => Of(f))]), Of([.. a.Ints.Select(Of)]), Of(a.Texts), a.Tensor is null
            ? "-" : Of(a.Tensor));

    private static string Of(OnnxTensor t) =>
        string.Join(' ', t.Element, Of([.. t.Shape.Select(Of)]),
            t.HasNumbers ? Of([.. t.ToNumbers().Select(n => BitConverter.DoubleToInt64Bits(n).ToString("x", CultureInfo.InvariantCulture))])
                : Digest.Of(t.Content.Whole).Hex, Of(t.Texts));

    private static string Of(IReadOnlyList<string> parts)
    {
        var text = new StringBuilder().Append(parts.Count).Append('[');
        foreach (var part in parts)
            text.Append(part.Length).Append(':').Append(part).Append(' ');
        return text.Append(']').ToString();
    }

    private static string Of(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Of(float number) => BitConverter.SingleToInt32Bits(number).ToString("x", CultureInfo.InvariantCulture);
}
