using Google.Protobuf;

namespace BatchEngine.Scorer.Graphs;

/// <summary>Takes out of a model's bytes what no kept output needs: other outputs, the operators that only they need, and the inputs that nobody reads then.
/// Everything else keeps its bytes.</summary>
internal static class GraphPruning
{
    private const int GraphField = 7;
    private const int NodeField = 1;
    private const int InputField = 11;
    private const int OutputField = 12;
    private const int NameField = 1;

    /// <summary>The model with some of its outputs.</summary>
    /// <param name="model">A sound model.</param>
    /// <param name="graph">The same, read.</param>
    /// <param name="kept">Names of outputs.</param>
    public static byte[] Keep(byte[] model, OnnxGraph graph, IReadOnlyCollection<string> kept)
    {
        var (nodes, values) = Needed(graph, kept);
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, leaveOpen: true))
        {
            foreach (var field in Fields(model, 0, model.Length))
            {
                if (field.Number != GraphField)
                {
                    Write(output, bytes, model.AsSpan(field.From, field.End - field.From));
                    continue;
                }
                var content = KeptOf(model, field, graph, nodes, values, kept);
                output.WriteTag(GraphField, WireFormat.WireType.LengthDelimited);
                output.WriteLength(content.Length);
                Write(output, bytes, content);
            }
        }
        return bytes.ToArray();
    }

    private static byte[] KeptOf(byte[] model, (int Number, int From, int Content, int End) graphField, OnnxGraph graph, HashSet<int> nodes,
        HashSet<string> values, IReadOnlyCollection<string> kept)
    {
        using var content = new MemoryStream();
        var node = 0;
        foreach (var field in Fields(model, graphField.Content, graphField.End))
        {
            var isKept = field.Number switch
            {
                NodeField => nodes.Contains(node++),
                InputField => NameOf(model, field) is var input && (values.Contains(input) || graph.Initializers.ContainsKey(input)),
                OutputField => kept.Contains(NameOf(model, field)),
                _ => true,
            };
            if (isKept)
                content.Write(model, field.From, field.End - field.From);
        }
        return content.ToArray();
    }

    // A graph inside a node may read any value of the one around it: then every operator stays.
    private static (HashSet<int> Nodes, HashSet<string> Values) Needed(OnnxGraph graph, IReadOnlyCollection<string> kept)
    {
        var values = new HashSet<string>(kept, StringComparer.Ordinal);
        var nodes = new HashSet<int>();
        var keepsAll = graph.Nodes.Any(n => n.Attributes.Values.Any(a => a.HasSubgraph));
        for (var i = graph.Nodes.Count - 1; i >= 0; i--)
        {
            if (!keepsAll && !graph.Nodes[i].Outputs.Any(values.Contains))
                continue;
            nodes.Add(i);
            values.UnionWith(graph.Nodes[i].Inputs);
        }
        if (keepsAll)
            values.UnionWith(graph.Inputs.Select(i => i.Name));
        return (nodes, values);
    }

    private static string NameOf(byte[] model, (int Number, int From, int Content, int End) field)
    {
        foreach (var inner in Fields(model, field.Content, field.End))
        {
            if (inner.Number == NameField)
                return System.Text.Encoding.UTF8.GetString(model.AsSpan(inner.Content, inner.End - inner.Content));
        }
        return "";
    }

    // Where each field of a message lies: its tag, its content behind tag and length, its end.
    private static List<(int Number, int From, int Content, int End)> Fields(byte[] bytes, int from, int end)
    {
        var fields = new List<(int Number, int From, int Content, int End)>();
        for (var at = from; at < end;)
        {
            var input = new CodedInputStream(bytes, at, end - at);
            var tag = input.ReadTag();
            var content = checked((int)input.Position);
            if (WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
            {
                var length = input.ReadLength();
                content = checked((int)input.Position);
                fields.Add((WireFormat.GetTagFieldNumber(tag), at, content, at = content + length));
                continue;
            }
            input.SkipLastField();
            fields.Add((WireFormat.GetTagFieldNumber(tag), at, content, at = checked((int)input.Position)));
        }
        return fields;
    }

    private static void Write(CodedOutputStream output, MemoryStream bytes, ReadOnlySpan<byte> raw)
    {
        output.Flush();
        bytes.Write(raw);
    }
}
