using System.Text;

namespace BatchEngine.Scorer.Graphs;

/// <summary>Finds every file in which a model keeps constants: those of its graph, of subgraphs, of attributes, of sparse constants and of the operators that
/// it brings. Field numbers are those of onnx.proto. Pure.</summary>
internal static class ExternalData
{
    // Protobuf's own limit.
    private const int MaxDepth = 100;

    private const int StoredElsewhere = 1;

    /// <summary>The locations as the file writes them, each once, sorted.</summary>
    /// <exception cref="InvalidDataException">The message is broken, nested too deep, or a constant lies elsewhere and does not say where.</exception>
    public static IReadOnlyList<string> In(ProtoMessage model)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        Walk(model, found, 0, static field => field switch { 7 => Part.Graph, 25 => Part.Function, _ => Part.None });
        return [.. found];
    }

    private enum Part
    {
        None,
        Graph,
        Function,
        Node,
        Attribute,
        Tensor,
        Sparse,
    }

    private static void Visit(Part part, ProtoMessage message, SortedSet<string> found, int depth)
    {
        if (depth > MaxDepth)
            throw new InvalidDataException($"graphs are nested more than {MaxDepth} deep");
        switch (part)
        {
            case Part.Graph:
                Walk(message, found, depth, static field => field switch { 1 => Part.Node, 5 => Part.Tensor, 15 => Part.Sparse, _ => Part.None });
                break;
            case Part.Function:
                Walk(message, found, depth, static field => field switch { 7 => Part.Node, 11 => Part.Attribute, _ => Part.None });
                break;
            case Part.Node:
                Walk(message, found, depth, static field => field == 5 ? Part.Attribute : Part.None);
                break;
            case Part.Attribute:
                Walk(message, found, depth, static field => field switch
                {
                    5 or 10 => Part.Tensor,
                    6 or 11 => Part.Graph,
                    22 or 23 => Part.Sparse,
                    _ => Part.None,
                });
                break;
            case Part.Sparse:
                Walk(message, found, depth, static field => field is 1 or 2 ? Part.Tensor : Part.None);
                break;
            case Part.Tensor:
                Tensor(message, found);
                break;
        }
    }

    private static void Walk(ProtoMessage message, SortedSet<string> found, int depth, Func<int, Part> partOf)
    {
        while (message.Next())
        {
            if (partOf(message.Field) is var part && part != Part.None)
                Visit(part, message.Message(), found, depth + 1);
            else
                message.Skip();
        }
    }

    private static void Tensor(ProtoMessage message, SortedSet<string> found)
    {
        string? location = null;
        var (name, isElsewhere) = ("", false);
        while (message.Next())
        {
            switch (message.Field)
            {
                case 8: name = message.Text(); break;
                case 13: location = LocationOf(message.Message()) ?? location; break;
                case 14: isElsewhere = message.Int() == StoredElsewhere; break;
                default: message.Skip(); break;
            }
        }
        if (isElsewhere)
            found.Add(location ?? throw new InvalidDataException($"constant '{name}' lies in another file, but no file is named"));
    }

    private static string? LocationOf(ProtoMessage entry)
    {
        var (key, value) = ("", "");
        while (entry.Next())
        {
            switch (entry.Field)
            {
                case 1: key = entry.Text(); break;
                case 2: value = Encoding.UTF8.GetString(entry.Bytes()); break;
                default: entry.Skip(); break;
            }
        }
        return key == "location" ? value : null;
    }
}
