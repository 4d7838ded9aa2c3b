using BatchEngine.Domain;

namespace BatchEngine.Scorer.Graphs;

/// <summary>An ONNX model as its file says: operators, constants, inputs and outputs.</summary>
/// <param name="OpsetImports">The operator set's version by domain; "" is the default domain.</param>
/// <param name="Nodes">In the file's order, which is an order of execution.</param>
/// <param name="Initializers">Constants by name.</param>
/// <param name="Inputs">The inputs that a caller fills: those without an initializer.</param>
/// <param name="Outputs">The outputs.</param>
/// <param name="HasFunctions">The model brings operators of its own.</param>
internal sealed record OnnxGraph(
    IReadOnlyDictionary<string, long> OpsetImports,
    IReadOnlyList<OnnxNode> Nodes,
    IReadOnlyDictionary<string, OnnxTensor> Initializers,
    IReadOnlyList<OnnxValue> Inputs,
    IReadOnlyList<OnnxValue> Outputs,
    bool HasFunctions)
{
    /// <summary>The files beside the model in which it keeps constants, as it names them, sorted; none for most models.</summary>
    public IReadOnlyList<string> WeightFiles { get; init; } = [];

    /// <summary>The largest file read here: the format's own limit.</summary>
    public const long MaxBytes = int.MaxValue - 64;

    /// <summary>Reads a model file.</summary>
    /// <exception cref="BadInputException">It is no ONNX model, or damaged, or names a file that is not in its folder.</exception>
    public static OnnxGraph ReadFile(string path)
    {
        var length = new FileInfo(path).Length;
        if (length > MaxBytes)
            throw new BadInputException(path, $"{length} bytes", $"at most {MaxBytes}", "Export the model with its constants in a second file.");
        var graph = Read(File.ReadAllBytes(path), path);
        WeightFolder.Require(path, graph.WeightFiles);
        return graph;
    }

    /// <summary>Reads a model's bytes.</summary>
    /// <param name="model">The whole file.</param>
    /// <param name="place">Where they come from, for the error.</param>
    /// <exception cref="BadInputException">They are no ONNX model, or damaged.</exception>
    public static OnnxGraph Read(byte[] model, string place) => OnnxGraphReader.Read(model, place);

    /// <summary>The node that makes a value; null means an input, a constant or nothing.</summary>
    public OnnxNode? ProducerOf(string value) => Nodes.FirstOrDefault(n => n.Outputs.Contains(value));
}
