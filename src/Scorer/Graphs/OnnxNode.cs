namespace BatchEngine.Scorer.Graphs;

/// <summary>One operator call of a graph.</summary>
/// <param name="OpType">The operator.</param>
/// <param name="Domain">Its domain; "" is the default ONNX domain.</param>
/// <param name="Name">The node's name; may be empty.</param>
/// <param name="Inputs">Value names in order; "" is an input left out.</param>
/// <param name="Outputs">Value names in order.</param>
/// <param name="Attributes">What the node was given beside its inputs, by name.</param>
internal sealed record OnnxNode(string OpType, string Domain, string Name, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs,
    IReadOnlyDictionary<string, OnnxAttribute> Attributes)
{
    /// <summary>The domain of the classic machine learning operators.</summary>
    public const string MachineLearning = "ai.onnx.ml";

    /// <summary>Whether it is this operator of the classic machine learning domain.</summary>
    public bool IsLearner(string opType) => Domain == MachineLearning && OpType == opType;

    /// <summary>The attribute; null means it is not there.</summary>
    public OnnxAttribute? Attribute(string name) => Attributes.GetValueOrDefault(name);

    /// <summary>An integer attribute or its default.</summary>
    public long Int(string name, long ifAbsent) => Attribute(name)?.Int ?? ifAbsent;

    /// <summary>A float attribute or its default.</summary>
    public float Float(string name, float ifAbsent) => Attribute(name)?.Float ?? ifAbsent;

    /// <summary>A text attribute or its default.</summary>
    public string Text(string name, string ifAbsent) => Attribute(name)?.Text ?? ifAbsent;

    /// <summary>A list of integers; empty when absent.</summary>
    public IReadOnlyList<long> Ints(string name) => Attribute(name)?.Ints ?? [];

    /// <summary>A list of floats; empty when absent.</summary>
    public IReadOnlyList<float> Floats(string name) => Attribute(name)?.Floats ?? [];

    /// <summary>A list of texts; empty when absent.</summary>
    public IReadOnlyList<string> Texts(string name) => Attribute(name)?.Texts ?? [];
}
