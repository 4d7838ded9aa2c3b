using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Graphs;
using Microsoft.ML.OnnxRuntime;

namespace BatchEngine.Scorer.Onnx;

/// <summary>Finds out which prediction columns a model's outputs fill.</summary>
internal static class OutputDiscovery
{
    private const int MaxColumns = 4_096;

    /// <summary>Finds the width of every output: from the file, and where the file does not say, from scoring two rows of zeros.</summary>
    /// <exception cref="BadInputException">An output cannot be read.</exception>
    public static OutputLayout Of(string path, InferenceSession session, ModelSignature signature, InputLayout inputs, OnnxGraph graph)
    {
        var unsupported = signature.Outputs.FirstOrDefault(o => o.Element == TensorElement.Unsupported);
        if (unsupported is not null)
            throw new BadInputException($"{path}, output '{unsupported.Name}'", "a type that is not read", "tensors of numbers or text, or a sequence of maps",
                "Export the model without this output.");
        var classes = ClassLabels.Of(graph);
        var trial = signature.Outputs.Any(o => o.Element == TensorElement.SequenceOfMaps || o.Shape.Skip(1).Any(d => d <= 0))
            ? TrialRun.Score(path, session, signature, inputs, classes)
            : [];
        var labels = classes.Integers.Count == 0 ? classes.Names : [];
        var parts = new List<OutputPart>();
        var columns = new List<OutputColumn>();
        for (var i = 0; i < signature.Outputs.Count; i++)
        {
            var spec = signature.Outputs[i];
            var own = spec.Element == TensorElement.Text && labels.Count == 0 ? LabelTexts.Behind(graph, spec.Name) : labels;
            var part = Part(path, spec, i < trial.Count ? trial[i] : null, columns.Count, own);
            parts.Add(part);
            columns.AddRange(part.Columns);
        }
        if (columns.Count is 0 or > MaxColumns)
            throw new BadInputException(path, $"{columns.Count} output columns", $"1 to {MaxColumns}", "Export the model with fewer outputs.");
        var probability = Probability(parts, graph);
        return new OutputLayout(parts, columns, probability?.FirstColumn ?? -1, probability?.Columns.Count ?? 0);
    }

    private static OutputPart Part(string path, TensorSpec spec, TrialOutput? trial, int firstColumn, IReadOnlyList<string> labels)
    {
        if (spec.Element == TensorElement.SequenceOfMaps)
        {
            var keys = trial?.Keys ?? [];
            return new OutputPart(spec, firstColumn, [.. keys.Select(k => OutputColumn.Number($"{spec.Name}_{k}"))], keys);
        }
        var width = trial?.Width ?? spec.Shape.Skip(1).Aggregate(1L, (product, d) => product * d);
        if (width is < 1 or > MaxColumns)
            throw new BadInputException($"{path}, output '{spec.Name}'", spec.ToString(), $"1 to {MaxColumns} values a row",
                "Export the model with flat outputs.");
        if (spec.Element != TensorElement.Text)
            return new OutputPart(spec, firstColumn, Spread(spec.Name, (int)width, []), []);
        if (labels.Count == 0)
        {
            throw new BadInputException($"{path}, output '{spec.Name}'", "text without a list of class labels in the model",
                "a classifier that names its labels",
                "Export the model with class numbers instead of text, or without this output.");
        }
        return new OutputPart(spec, firstColumn, Spread(spec.Name, (int)width, labels), labels);
    }

    private static OutputColumn[] Spread(string name, int width, IReadOnlyList<string> labels) => width == 1
        ? [new OutputColumn(name, labels)]
        : [.. Enumerable.Range(0, width).Select(i => new OutputColumn($"{name}_{i}", labels))];

    private static OutputPart? Probability(List<OutputPart> parts, OnnxGraph graph)
    {
        var known = parts.FirstOrDefault(p => IsFloating(p.Spec) && GraphFacts.IsProbability(graph, p.Spec.Name));
        if (known is not null)
            return known;
        // A label beside a vector is a classifier, whatever arithmetic made the vector; values outside 0 to 1 give no confidence when scored.
        var hasLabel = parts.Any(p => p.Columns.Count == 1 && p.Spec.Element is TensorElement.Int64 or TensorElement.Text);
        return hasLabel ? parts.FirstOrDefault(p => IsFloating(p.Spec) && p.Columns.Count > 1) : null;
    }

    private static bool IsFloating(TensorSpec spec) => spec.Element is TensorElement.Float32 or TensorElement.Float64 or TensorElement.SequenceOfMaps;
}
