using BatchEngine.Domain;

namespace BatchEngine.Scorer.Graphs;

/// <summary>Whether the integers that a value can hold are known to be small, because they are class labels, positions or constants that the file
/// names.</summary>
internal static class IntegerBounds
{
    private const int MaxSteps = 1_000;

    /// <summary>Whether a 32-bit float holds every integer that can come out of a value.</summary>
    public static bool FitFloat(OnnxGraph graph, string output)
    {
        var open = new Queue<string>([output]);
        for (var step = 0; step < MaxSteps; step++)
        {
            if (!open.TryDequeue(out var value))
                return true;
            if (graph.Initializers.TryGetValue(value, out var constant))
            {
                if (!Fit(constant))
                    return false;
            }
            else if (graph.ProducerOf(value) is not { } node || !Follow(node, open))
            {
                return false;
            }
        }
        return false;
    }

    private static bool Follow(OnnxNode node, Queue<string> open)
    {
        switch (node.OpType)
        {
            case "ArgMax" or "ArgMin" or "Binarizer" or "Not" or "Equal" or "Greater" or "Less" or "GreaterOrEqual" or "LessOrEqual" or "And" or "Or":
                return true;
            case "LinearClassifier" or "TreeEnsembleClassifier" or "SVMClassifier":
                return ClassLabels.Of(node).Integers.All(Fit);
            case "LabelEncoder" when node.Ints("values_int64s") is { Count: > 0 } values:
                return values.Append(node.Int("default_int64", -1)).All(Fit);
            case "Constant" when node.Attribute("value")?.Tensor is { } tensor:
                return Fit(tensor);
            case "Gather" or "ArrayFeatureExtractor" or "Identity" or "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze" or "Transpose" or "Slice" or "Cast":
                open.Enqueue(node.Inputs[0]);
                return true;
            case "Concat":
                foreach (var input in node.Inputs)
                    open.Enqueue(input);
                return true;
            case "Where" when node.Inputs.Count == 3:
                open.Enqueue(node.Inputs[1]);
                open.Enqueue(node.Inputs[2]);
                return true;
            default:
                return false;
        }
    }

    private static bool Fit(OnnxTensor tensor) => tensor.HasNumbers
        && tensor.ToNumbers().All(n => Math.Abs(n) <= IntegerHalves.MostInFloat);

    private static bool Fit(long value) => value is >= -IntegerHalves.MostInFloat and <= IntegerHalves.MostInFloat;
}
