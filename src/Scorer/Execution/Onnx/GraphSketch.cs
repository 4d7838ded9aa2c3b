using System.Text;

namespace BatchEngine.Scorer.Execution.Onnx;

/// <summary>The nodes of a model's main graph, read straight from the file's protobuf: enough to tell classifiers from regressions and what becomes of a missing value. Immutable.</summary>
/// <param name="Nodes">In file order, which ONNX demands to be topological.</param>
internal sealed record GraphSketch(IReadOnlyList<GraphSketch.Node> Nodes)
{
    /// <summary>One node.</summary>
    internal sealed record Node(string OpType, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs, IReadOnlyList<string> TextLabels, bool HasSubgraph);

    /// <summary>Reads a model's bytes.</summary>
    /// <exception cref="InvalidDataException">The bytes are no protobuf message; the session's own error is then the better one.</exception>
    public static GraphSketch Read(ReadOnlySpan<byte> model)
    {
        var nodes = new List<Node>();
        foreach (var (from, length) in Fields(model, 7))
        {
            var graph = model.Slice(from, length);
            foreach (var (nodeFrom, nodeLength) in Fields(graph, 1))
                nodes.Add(ReadNode(graph.Slice(nodeFrom, nodeLength)));
        }
        return new GraphSketch(nodes);
    }

    /// <summary>Whether any node is of an operator that begins like this.</summary>
    public bool Uses(string opPrefix) => Nodes.Any(n => n.OpType.StartsWith(opPrefix, StringComparison.Ordinal));

    /// <summary>The node that makes a value; null means a graph input or a constant.</summary>
    public Node? Producer(string value) => Nodes.FirstOrDefault(n => n.Outputs.Contains(value));

    private static Node ReadNode(ReadOnlySpan<byte> node)
    {
        var labels = new List<string>();
        var hasSubgraph = false;
        foreach (var (from, length) in Fields(node, 5))
        {
            var attribute = node.Slice(from, length);
            hasSubgraph |= Fields(attribute, 6).Count > 0;
            if (Texts(attribute, 1).FirstOrDefault() is "classlabels_strings")
                labels.AddRange(Texts(attribute, 9));
        }
        return new Node(Texts(node, 4).FirstOrDefault() ?? "", Texts(node, 1), Texts(node, 2), labels, hasSubgraph);
    }

    private static List<string> Texts(ReadOnlySpan<byte> message, int field)
    {
        var texts = new List<string>();
        foreach (var (from, length) in Fields(message, field))
            texts.Add(Encoding.UTF8.GetString(message.Slice(from, length)));
        return texts;
    }

    // Positions of all length-delimited fields of one number in a message.
    private static List<(int From, int Length)> Fields(ReadOnlySpan<byte> message, int field)
    {
        var found = new List<(int, int)>();
        var at = 0;
        while (at < message.Length)
        {
            var tag = Varint(message, ref at);
            switch (tag & 7)
            {
                case 0:
                    Varint(message, ref at);
                    break;
                case 1:
                    at += 8;
                    break;
                case 5:
                    at += 4;
                    break;
                case 2:
                    var length = Varint(message, ref at);
                    if (length > (ulong)(message.Length - at))
                        throw new InvalidDataException("A field is longer than its message.");
                    if ((int)(tag >> 3) == field)
                        found.Add((at, (int)length));
                    at += (int)length;
                    break;
                default:
                    throw new InvalidDataException($"Wire type {tag & 7} is not known.");
            }
        }
        return at == message.Length ? found : throw new InvalidDataException("A field runs over the end of its message.");
    }

    private static ulong Varint(ReadOnlySpan<byte> message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (at >= message.Length)
                throw new InvalidDataException("A number runs over the end of its message.");
            var part = message[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return value;
        }
        throw new InvalidDataException("A number is longer than ten bytes.");
    }
}
