using System.Globalization;

namespace BatchEngine.Scorer.Graphs;

/// <summary>The labels of a graph's classifier.</summary>
/// <param name="Names">Labels as text, in class order; empty means the graph has no classifier.</param>
/// <param name="Integers">The same as integers; empty when the labels are text.</param>
internal sealed record ClassLabels(IReadOnlyList<string> Names, IReadOnlyList<long> Integers)
{
    /// <summary>A graph without a classifier.</summary>
    public static ClassLabels None { get; } = new([], []);

    /// <summary>The labels of the last node that names any: a classifier or a ZipMap.</summary>
    public static ClassLabels Of(OnnxGraph graph) => graph.Nodes.Reverse().Select(Of).FirstOrDefault(l => l.Names.Count > 0) ?? None;

    /// <summary>The labels that one node names.</summary>
    public static ClassLabels Of(OnnxNode node)
    {
        if (node.Domain != OnnxNode.MachineLearning)
            return None;
        var texts = node.Texts("classlabels_strings");
        if (texts.Count > 0)
            return new ClassLabels(texts, []);
        var integers = node.Ints("classlabels_int64s");
        if (integers.Count == 0)
            integers = node.Ints("classlabels_ints");
        return new ClassLabels([.. integers.Select(i => i.ToString(CultureInfo.InvariantCulture))], integers);
    }
}
