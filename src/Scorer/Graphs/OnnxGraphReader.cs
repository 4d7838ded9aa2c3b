using System.Text;
using BatchEngine.Domain;
using Google.Protobuf;

namespace BatchEngine.Scorer.Graphs;

/// <summary>Reads the parts of ONNX's protobuf messages that BatchEngine uses; unknown fields are passed over. Field numbers are those of onnx.proto.
///</summary>
internal static class OnnxGraphReader
{
    /// <summary>Reads a whole model.</summary>
    /// <exception cref="BadInputException">The bytes are no ONNX model.</exception>
    public static OnnxGraph Read(byte[] model, string place)
    {
        try
        {
            return ReadModel(model);
        }
        catch (Exception damage) when (damage is InvalidProtocolBufferException or InvalidDataException or OverflowException or ArgumentException)
        {
            throw new BadInputException(place, $"bytes that are no ONNX model ({damage.Message})", "a valid ONNX model", "Export the model again.", damage);
        }
    }

    private static OnnxGraph ReadModel(byte[] model)
    {
        var message = new ProtoMessage(model);
        var functions = false;
        var imports = new Dictionary<string, long>(StringComparer.Ordinal);
        GraphParts? graph = null;
        while (message.Next())
        {
            switch (message.Field)
            {
                case 7: graph = ReadGraph(message.Message()); break;
                case 8: ReadImport(message.Message(), imports); break;
                case 25: functions = true; message.Skip(); break;
                default: message.Skip(); break;
            }
        }
        if (graph is null)
            throw new InvalidDataException("there is no graph in it");
        var inputs = graph.Inputs.Where(i => !graph.Initializers.ContainsKey(i.Name)).ToList();
        return new OnnxGraph(imports, graph.Nodes, graph.Initializers, inputs, graph.Outputs, functions)
        {
            WeightFiles = ExternalData.In(message.Again()),
        };
    }

    private static void ReadImport(ProtoMessage message, Dictionary<string, long> imports)
    {
        var domain = "";
        long version = 0;
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1: domain = message.Text(); break;
                case 2: version = message.Int(); break;
                default: message.Skip(); break;
            }
        }
        imports[domain is "ai.onnx" ? "" : domain] = version;
    }

    private sealed record GraphParts(List<OnnxNode> Nodes, Dictionary<string, OnnxTensor> Initializers, List<OnnxValue> Inputs, List<OnnxValue> Outputs);

    private static GraphParts ReadGraph(ProtoMessage message)
    {
        var graph = new GraphParts([], new Dictionary<string, OnnxTensor>(StringComparer.Ordinal), [], []);
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1:
                    graph.Nodes.Add(ReadNode(message.Message()));
                    break;
                case 5:
                    var tensor = OnnxTensorReader.Read(message.Message());
                    graph.Initializers[tensor.Name] = tensor;
                    break;
                case 11:
                    graph.Inputs.Add(ReadValue(message.Message()));
                    break;
                case 12:
                    graph.Outputs.Add(ReadValue(message.Message()));
                    break;
                default:
                    message.Skip();
                    break;
            }
        }
        return graph;
    }

    private static OnnxNode ReadNode(ProtoMessage message)
    {
        var (opType, domain, name) = ("", "", "");
        var (inputs, outputs) = (new List<string>(), new List<string>());
        var attributes = new Dictionary<string, OnnxAttribute>(StringComparer.Ordinal);
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1: inputs.Add(message.Text()); break;
                case 2: outputs.Add(message.Text()); break;
                case 3: name = message.Text(); break;
                case 4: opType = message.Text(); break;
                case 5:
                    var attribute = ReadAttribute(message.Message());
                    attributes[attribute.Name] = attribute;
                    break;
                case 7: domain = message.Text(); break;
                default: message.Skip(); break;
            }
        }
        return new OnnxNode(opType, domain, name, inputs, outputs, attributes);
    }

    private static OnnxAttribute ReadAttribute(ProtoMessage message)
    {
        var (name, text) = ("", "");
        var (single, integer, subgraph) = (0f, 0L, false);
        var (floats, ints, texts) = (new List<float>(), new List<long>(), new List<string>());
        OnnxTensor? tensor = null;
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1: name = message.Text(); break;
                case 2: single = message.Float(); break;
                case 3: integer = message.Int(); break;
                case 4: text = Encoding.UTF8.GetString(message.Bytes()); break;
                case 5: tensor = OnnxTensorReader.Read(message.Message()); break;
                case 7: message.AddFloats(floats); break;
                case 8: message.AddInts(ints); break;
                case 9: texts.Add(Shared(message.Bytes())); break;
                case 6 or 11:
                    subgraph = true;
                    message.Skip();
                    break;
                default: message.Skip(); break;
            }
        }
        return new OnnxAttribute(name, single, integer, text, floats, ints, texts, tensor, subgraph);
    }

    // A forest repeats a handful of mode names once per node.
    private static string Shared(ReadOnlySpan<byte> text) =>
        text.SequenceEqual("LEAF"u8) ? "LEAF"
        : text.SequenceEqual("BRANCH_LT"u8) ? "BRANCH_LT"
        : text.SequenceEqual("BRANCH_LEQ"u8) ? "BRANCH_LEQ"
        : Encoding.UTF8.GetString(text);

    private static OnnxValue ReadValue(ProtoMessage message)
    {
        var (name, element, sequence) = ("", OnnxElement.Undefined, false);
        List<long>? shape = null;
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1: name = message.Text(); break;
                case 2:
                    var type = message.Message();
                    while (type.Next())
                    {
                        if (type.Field == 1)
                        {
                            (element, shape) = ReadTensorType(type.Message());
                            continue;
                        }
                        sequence |= type.Field == 4;
                        type.Skip();
                    }
                    break;
                default: message.Skip(); break;
            }
        }
        return new OnnxValue(name, element, shape, sequence);
    }

    private static (OnnxElement Element, List<long>? Shape) ReadTensorType(ProtoMessage message)
    {
        var element = OnnxElement.Undefined;
        List<long>? shape = null;
        while (message.Next())
        {
            switch (message.Field)
            {
                case 1: element = (OnnxElement)message.Int(); break;
                case 2: shape = ReadShape(message.Message()); break;
                default: message.Skip(); break;
            }
        }
        return (element, shape);
    }

    private static List<long> ReadShape(ProtoMessage message)
    {
        var shape = new List<long>();
        while (message.Next())
        {
            if (message.Field != 1)
            {
                message.Skip();
                continue;
            }
            var dimension = message.Message();
            long length = -1;
            while (dimension.Next())
            {
                if (dimension.Field == 1)
                    length = dimension.Int();
                else
                    dimension.Skip();
            }
            shape.Add(length);
        }
        return shape;
    }
}
