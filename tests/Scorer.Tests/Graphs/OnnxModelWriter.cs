namespace BatchEngine.Scorer.Tests.Graphs;

/// <summary>Builds small ONNX models in memory for tests.</summary>
internal sealed class OnnxModelWriter(int mlOpset = 3, int opset = 15)
{
    private readonly OnnxBytes _graph = new OnnxBytes().Text(2, "g");

    public const int Float = 1;
    public const int Int64 = 7;
    public const int String = 8;

    public OnnxModelWriter Node(string opType, string domain, string[] inputs, string[] outputs, params OnnxBytes[] attributes)
    {
        var node = new OnnxBytes();
        foreach (var input in inputs)
            node.Text(1, input);
        foreach (var output in outputs)
            node.Text(2, output);
        node.Text(4, opType);
        foreach (var attribute in attributes)
            node.Message(5, attribute);
        node.Text(7, domain);
        _graph.Message(1, node);
        return this;
    }

    public OnnxModelWriter Constant(string name, float[] values, params long[] shape)
    {
        _graph.Message(5, Tensor(name, values, shape));
        return this;
    }

    public OnnxModelWriter Constant(string name, long[] values, params long[] shape)
    {
        _graph.Message(5, new OnnxBytes().PackedInts(1, shape).Int(2, Int64).Raw(9, [.. values.SelectMany(BitConverter.GetBytes)]).Text(8, name));
        return this;
    }

    public OnnxModelWriter Constant(OnnxBytes tensor)
    {
        _graph.Message(5, tensor);
        return this;
    }

    public static OnnxBytes Tensor(string name, float[] values, long[] shape) =>
        new OnnxBytes().PackedInts(1, shape).Int(2, Float).Raw(9, [.. values.SelectMany(BitConverter.GetBytes)]).Text(8, name);

    public static OnnxBytes ByteTensor(string name, byte[] values) => new OnnxBytes().PackedInts(1, [values.Length]).Int(2, 2).Raw(9, values).Text(8, name);

    public OnnxModelWriter Input(string name, int element, params long[] shape) => Value(11, name, element, shape);

    public OnnxModelWriter Output(string name, int element, params long[] shape) => Value(12, name, element, shape);

    public byte[] ToArray() => new OnnxBytes()
        .Int(1, 8)
        .Text(2, "batchengine-tests")
        .Message(8, new OnnxBytes().Text(1, "").Int(2, opset))
        .Message(8, new OnnxBytes().Text(1, "ai.onnx.ml").Int(2, mlOpset))
        .Message(7, _graph)
        .ToArray();

    public static OnnxBytes Ints(string name, IEnumerable<long> values)
    {
        var attribute = new OnnxBytes().Text(1, name);
        foreach (var value in values)
            attribute.Int(8, value);
        return attribute.Int(20, 7);
    }

    public static OnnxBytes Floats(string name, IEnumerable<float> values)
    {
        var attribute = new OnnxBytes().Text(1, name);
        foreach (var value in values)
            attribute.Float(7, value);
        return attribute.Int(20, 6);
    }

    public static OnnxBytes Texts(string name, IEnumerable<string> values)
    {
        var attribute = new OnnxBytes().Text(1, name);
        foreach (var value in values)
            attribute.Text(9, value);
        return attribute.Int(20, 8);
    }

    public static OnnxBytes OneInt(string name, long value) => new OnnxBytes().Text(1, name).Int(3, value).Int(20, 2);

    public static OnnxBytes OneFloat(string name, float value) => new OnnxBytes().Text(1, name).Float(2, value).Int(20, 1);

    public static OnnxBytes OneText(string name, string value) => new OnnxBytes().Text(1, name).Text(4, value).Int(20, 3);

    public static OnnxBytes OneTensor(string name, OnnxBytes tensor) => new OnnxBytes().Text(1, name).Message(5, tensor).Int(20, 4);

    /// <summary>An output of maps from class number to probability, as ZipMap makes it.</summary>
    public OnnxModelWriter MapsOutput(string name)
    {
        var value = new OnnxBytes().Message(1, new OnnxBytes().Int(1, Float));
        var map = new OnnxBytes().Message(5, new OnnxBytes().Int(1, Int64).Message(2, value));
        _graph.Message(12, new OnnxBytes().Text(1, name).Message(2, new OnnxBytes().Message(4, new OnnxBytes().Message(1, map))));
        return this;
    }

    /// <summary>An output that is a sequence of float tensors.</summary>
    public OnnxModelWriter TensorsOutput(string name)
    {
        var tensor = new OnnxBytes().Message(1, new OnnxBytes().Int(1, Float));
        _graph.Message(12, new OnnxBytes().Text(1, name).Message(2, new OnnxBytes().Message(4, new OnnxBytes().Message(1, tensor))));
        return this;
    }

    private OnnxModelWriter Value(int field, string name, int element, long[] shape)
    {
        var dimensions = new OnnxBytes();
        foreach (var length in shape)
            dimensions.Message(1, length < 0 ? new OnnxBytes().Text(2, "N") : new OnnxBytes().Int(1, length));
        _graph.Message(field, new OnnxBytes().Text(1, name).Message(2, new OnnxBytes().Message(1, new OnnxBytes().Int(1, element).Message(2, dimensions))));
        return this;
    }
}
