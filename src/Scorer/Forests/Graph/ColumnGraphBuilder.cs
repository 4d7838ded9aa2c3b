using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Graphs;


namespace BatchEngine.Scorer.Forests.Graph;

/// <summary>Translates the nodes of a graph one by one. Not thread-safe.</summary>
internal sealed class ColumnGraphBuilder(OnnxGraph graph, int features, string place, Func<OnnxNode, ReadForest> read)
{
    private const int FloatType = (int)OnnxElement.Float32;

    private readonly Dictionary<string, ColumnValue> _values = new(StringComparer.Ordinal);
    private readonly List<ColumnStep> _before = [];
    private readonly List<ColumnStep> _after = [];
    private ForestStep? _forest;
    private readonly int _featureCount = features;
    private int _columns = features;

    private List<ColumnStep> Steps => _forest is null ? _before : _after;

    /// <summary>Names an input.</summary>
    public void Bind(string name, int[] columns) => _values[name] = new ColumnValue(columns);

    /// <summary>Translates a node; a sentence says why it cannot.</summary>
    public string? Add(OnnxNode node)
    {
        if (node.Inputs.Count == 0)
            return $"a node {node.OpType} without inputs";
        if (ForestReader.IsForest(node))
            return AddForest(node);
        return (node.Domain, node.OpType) switch
        {
            ("" or "ai.onnx", "Identity") => Pass(node),
            ("" or "ai.onnx", "Cast") => Cast(node),
            ("" or "ai.onnx", "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze") => Reshape(node),
            ("" or "ai.onnx", "Concat") => Concat(node),
            ("" or "ai.onnx", "Add" or "Sub" or "Mul" or "Div") => Arithmetic(node),
            ("" or "ai.onnx", "Sigmoid" or "Softmax") when _forest is null =>
                $"a {node.OpType} before the forest, whose last bits ONNX Runtime rounds its own way",
            ("" or "ai.onnx", "Sigmoid") => EachColumn(node, ColumnArithmetic.Sigmoid, [0]),
            ("" or "ai.onnx", "Softmax") => Softmax(node),
            (OnnxNode.MachineLearning, "Scaler") => Scaler(node),
            (OnnxNode.MachineLearning, "Imputer") => Imputer(node),
            (OnnxNode.MachineLearning, "Normalizer") => Normalizer(node),
            (OnnxNode.MachineLearning, "ArrayFeatureExtractor") => Extract(node),
            (OnnxNode.MachineLearning, "ZipMap") => Pass(node),
            _ => $"the operator {node.OpType} is not one of a forest's usual neighbours",
        };
    }

    /// <summary>Gives the translated graph.</summary>
    public (ColumnGraph? Graph, string? Refusal) Build()
    {
        if (_forest is null)
            return (null, "there is no tree ensemble in it");
        var outputs = new List<ColumnValue>();
        foreach (var output in graph.Outputs)
        {
            if (!_values.TryGetValue(output.Name, out var value))
                return (null, $"its output '{output.Name}' is a constant");
            outputs.Add(value);
        }
        return (new ColumnGraph(_featureCount, _columns, _before, _forest, _after, outputs), null);
    }

    private string? AddForest(OnnxNode node)
    {
        if (_forest is not null)
            return "there is more than one tree ensemble in it";
        if (Floats(node.Inputs[0]) is not { } input)
            return "the tree ensemble reads no floats of the input";
        var forest = read(node);
        var model = forest.Model;
        if (model.FeatureCount > input.Columns.Length)
        {
            var wrong = Array.FindIndex(model.Nodes, n => !n.IsLeaf && n.Feature >= input.Columns.Length);
            throw new Domain.BadInputException($"{place}, {model.Places[wrong]}", $"feature {model.Nodes[wrong].Feature}",
                $"one of its {input.Columns.Length} features, counted from 0", "Export the model again.");
        }
        if (ForestScores.Refusal(model) is { } refusal)
            return refusal;
        var labels = model.Classes is null ? null : Labels(model);
        model = forest.Counted;
        int[] scores = [.. Enumerable.Range(_columns, model.TargetCount)];
        _columns += model.TargetCount;
        var isClassifier = model.Classes is not null;
        _forest = new ForestStep(model, input.Columns, scores, isClassifier ? _columns++ : -1);
        var names = node.Outputs;
        if (isClassifier)
            _values[names[0]] = new ColumnValue([_forest.Label], labels);
        if (names.Count > (isClassifier ? 1 : 0))
            _values[names[isClassifier ? 1 : 0]] = new ColumnValue(scores[..model.OutputCount]);
        return null;
    }

    // With weights for both of two classes ONNX Runtime answers 0 or 1, whatever the integer labels are; so do we.
    private static ClassLabels Labels(ForestModel model) =>
        model.TargetCount == 2 && model.Classes!.Integers.Count > 0 && model.LeafTargets.Distinct().Count() > 1 ? model.Classes with { Integers = [0, 1] }
            : model.Classes!;

    private string? Pass(OnnxNode node)
    {
        if (!_values.TryGetValue(node.Inputs[0], out var value))
            return $"{node.OpType} of a constant";
        _values[node.Outputs[0]] = value;
        return null;
    }

    private string? Cast(OnnxNode node)
    {
        if (!_values.TryGetValue(node.Inputs[0], out var value))
            return "Cast of a constant";
        var to = node.Int("to", 0);
        if (value.Labels is null ? to != FloatType : to != (int)OnnxElement.Int64 || value.Labels.Integers.Count == 0)
            return $"Cast to {(OnnxElement)to}";
        return Pass(node);
    }

    // Columns stay columns as long as the rows stay the outermost dimension.
    private string? Reshape(OnnxNode node)
    {
        if (!_values.TryGetValue(node.Inputs[0], out var value))
            return $"{node.OpType} of a constant";
        var fine = node.OpType switch
        {
            "Flatten" => node.Int("axis", 1) == 1,
            "Reshape" => node.Inputs.Count == 2 && Constant(node.Inputs[1])?.ToIntegers() is { } shape
                && (shape is [-1] ? value.Columns.Length == 1 : shape is [-1, var width] && width == value.Columns.Length),
            _ => value.Columns.Length == 1,
        };
        return fine ? Pass(node) : $"a {node.OpType} that mixes rows and columns";
    }

    private string? Concat(OnnxNode node)
    {
        var parts = node.Inputs.Select(Floats).ToList();
        if (node.Int("axis", 0) is not (1 or -1) || parts.Contains(null))
            return "a Concat of something else than columns";
        _values[node.Outputs[0]] = new ColumnValue([.. parts.SelectMany(p => p!.Columns)]);
        return null;
    }

    private string? Arithmetic(OnnxNode node)
    {
        var (left, right) = (Floats(node.Inputs[0]), Floats(node.Inputs[1]));
        var constantName = left is null ? node.Inputs[0] : node.Inputs[1];
        var value = left ?? right;
        if (value is null || (left is not null && right is not null) || Constant(constantName) is not { Element: OnnxElement.Float32 } constant)
            return $"{node.OpType} of something else than columns and a constant";
        var numbers = constant.ToFloats();
        if (numbers.Length != 1 && (constant.Shape[^1] != value.Columns.Length || numbers.Length != value.Columns.Length))
            return $"{node.OpType} with a constant of another width";
        if (node.OpType == "Div" && left is null)
            return "a constant divided by columns";
        var kind = node.OpType switch
        {
            "Add" => ColumnArithmetic.Add,
            "Mul" => ColumnArithmetic.Multiply,
            "Div" => ColumnArithmetic.Divide,
            _ => left is null ? ColumnArithmetic.SubtractFrom : ColumnArithmetic.Subtract,
        };
        return EachColumn(node, kind, numbers, value);
    }

    private string? Scaler(OnnxNode node)
    {
        if (EachColumn(node, ColumnArithmetic.Subtract, [.. node.Floats("offset")]) is { } refusal)
            return refusal;
        return EachColumn(node, ColumnArithmetic.Multiply, [.. node.Floats("scale")], _values[node.Outputs[0]]);
    }

    private string? Imputer(OnnxNode node) => node.Floats("imputed_value_floats") is { Count: > 0 } values
        ? EachColumn(node, ColumnArithmetic.Impute, [.. values], null, node.Float("replaced_value_float", 0))
        : "an Imputer without float values";

    private string? Normalizer(OnnxNode node) => node.Text("norm", "MAX") switch
    {
        "MAX" => Across(node, RowArithmetic.NormalizeMax),
        "L1" => Across(node, RowArithmetic.NormalizeL1),
        "L2" => Across(node, RowArithmetic.NormalizeL2),
        var other => $"a Normalizer by '{other}'",
    };

    private string? Softmax(OnnxNode node) =>
        node.Int("axis", graph.OpsetImports.GetValueOrDefault("") >= 13 ? -1 : 1) is 1 or -1 ? Across(node, RowArithmetic.Softmax) : "a Softmax across rows";

    private string? Extract(OnnxNode node)
    {
        if (Floats(node.Inputs[0]) is not { } value || Constant(node.Inputs[1]) is not { } indexes)
            return "an ArrayFeatureExtractor of something else than columns by constant numbers";
        var chosen = indexes.ToIntegers();
        if (chosen.Any(i => i < 0 || i >= value.Columns.Length))
            return "an ArrayFeatureExtractor beyond the last column";
        _values[node.Outputs[0]] = new ColumnValue([.. chosen.Select(i => value.Columns[i])]);
        return null;
    }

    private string? EachColumn(OnnxNode node, ColumnArithmetic kind, float[] constants, ColumnValue? of = null, float replaced = float.NaN)
    {
        if ((of ?? Floats(node.Inputs[0])) is not { } value)
            return $"{node.OpType} of something else than columns of floats";
        if (constants.Length != 1 && constants.Length != value.Columns.Length)
            return $"{node.OpType} with {constants.Length} constants for {value.Columns.Length} columns";
        var to = new int[value.Columns.Length];
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = _columns++;
            Steps.Add(new ArithmeticStep(kind, value.Columns[i], to[i], constants[constants.Length == 1 ? 0 : i], replaced));
        }
        _values[node.Outputs[0]] = new ColumnValue(to);
        return null;
    }

    private string? Across(OnnxNode node, RowArithmetic kind)
    {
        if (Floats(node.Inputs[0]) is not { } value)
            return $"{node.OpType} of something else than columns of floats";
        int[] to = [.. Enumerable.Range(_columns, value.Columns.Length)];
        _columns += to.Length;
        Steps.Add(new RowStep(kind, value.Columns, to));
        _values[node.Outputs[0]] = new ColumnValue(to);
        return null;
    }

    private OnnxTensor? Constant(string name) => graph.Initializers.TryGetValue(name, out var constant) && constant.HasNumbers ? constant : null;

    private ColumnValue? Floats(string name) => _values.TryGetValue(name, out var value) && value.Labels is null ? value : null;
}
