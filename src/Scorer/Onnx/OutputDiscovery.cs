using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Graphs;
using BatchEngine.Scorer.Onnx.Sessions;
using Microsoft.ML.OnnxRuntime;

namespace BatchEngine.Scorer.Onnx;

/// <summary>Finds out which prediction columns a model's outputs fill. One use.</summary>
/// <param name="path">The model's file, which errors name.</param>
/// <param name="signature">What the model declares.</param>
/// <param name="graph">Its graph.</param>
/// <param name="trial">What a trial run showed.</param>
internal sealed class OutputDiscovery(string path, ModelSignature signature, OnnxGraph graph, TrialRun trial)
{
    private const int MaxColumns = 4_096;
    private const string Readable = "tensors of numbers, bool or text, sequences of maps from class to number, and sequences of tensors";

    private readonly ClassLabels _classes = ClassLabels.Of(graph);
    private readonly List<OutputPart> _parts = [];
    private readonly List<OutputColumn> _columns = [];

    /// <summary>Finds the shape of every output: from a trial run over rows of zeros, and where the model refuses those, from what the file declares.</summary>
    /// <exception cref="BadInputException">An output cannot be read.</exception>
    public static OutputLayout Of(string path, InferenceSession session, ModelSignature signature, InputLayout inputs, OnnxGraph graph) =>
        new OutputDiscovery(path, signature, graph, TrialRun.Of(session, signature, inputs)).Find();

    private OutputLayout Find()
    {
        for (var i = 0; i < signature.Outputs.Count; i++)
        {
            var part = Part(i);
            _parts.Add(part);
            _columns.AddRange(part.Columns);
            if (_columns.Count > MaxColumns)
                break;
        }
        if (_columns.Count is 0 or > MaxColumns)
            throw new BadInputException(path, $"{(_columns.Count == 0 ? "no" : "more than 4096")} output columns", $"1 to {MaxColumns}",
                "Export the model with fewer outputs, or choose some with outputs.");
        var canBind = trial.Failure is null && _parts.All(p => p.Shapes is [var shape] && p.Spec.Element
            is not (TensorElement.Text or TensorElement.SequenceOfTensors) && shape.GoesWith(p.Spec.Shape, trial.OtherRows == 0 ? trial.Rows : 0));
        return new OutputLayout(_parts, _columns, Probabilities(), canBind);
    }

    private OutputPart Part(int output)
    {
        var spec = signature.Outputs[output];
        if (spec.Element == TensorElement.Unsupported)
            throw Unreadable(spec, "a type that is not read", Readable);
        if (spec.Element == TensorElement.SequenceOfMaps)
        {
            var keys = trial.KeysOf(output, _classes);
            return keys.Count > 0 ? new OutputPart(spec, [], _columns.Count, [.. keys.Select(k => OutputColumn.Number($"{spec.Name}_{k}"))], keys)
                : throw FailedOnZeros("a sequence of maps whose keys the file does not name", spec);
        }
        var shapes = Shapes(output, spec);
        var width = shapes.Sum(s => s.Width);
        if (width is < 1 or > MaxColumns)
            throw Unreadable(spec, $"{width} values a row", $"1 to {MaxColumns} values a row");
        var labels = spec.Element == TensorElement.Text ? TextLabels(spec) : [];
        return new OutputPart(spec, shapes, _columns.Count, [.. Names(spec.Name, (int)width).SelectMany(n => Column(n, spec, labels))], labels);
    }

    private OutputShape[] Shapes(int output, TensorSpec spec)
    {
        if (trial.Failure is not null)
        {
            return spec.Element != TensorElement.SequenceOfTensors && OutputShape.Declared(spec.Shape) is { } declared ? [declared]
                : throw FailedOnZeros("an output whose width the file does not say", spec);
        }
        var first = trial.First[output].Shapes;
        var shapes = new OutputShape[first.Count];
        for (var i = 0; i < shapes.Length; i++)
        {
            var second = trial.OtherRows == 0 ? [] : trial.Second[output].Shapes.ElementAtOrDefault(i) ?? [];
            shapes[i] = (trial.OtherRows == 0 ? OutputShape.Of(first[i], trial.Rows) : OutputShape.Of(first[i], trial.Rows, second, trial.OtherRows))
                ?? throw Unreadable(spec, trial.OtherRows == 0 ? $"shape {Text(first[i])} for {trial.Rows} rows"
                    : $"shape {Text(first[i])} for {trial.Rows} rows and {Text(second)} for {trial.OtherRows}",
                    "a result for each row: one dimension is the number of rows, the others are always the same");
        }
        return shapes;
    }

    private IReadOnlyList<string> TextLabels(TensorSpec spec)
    {
        var labels = _classes.Integers.Count == 0 ? _classes.Names : [];
        if (labels.Count == 0)
            labels = LabelTexts.Behind(graph, spec.Name);
        return labels.Count > 0 ? labels
            : throw Unreadable(spec, "text, and no list of class labels in the model", "text of a classifier that names its labels");
    }

    private static IEnumerable<string> Names(string name, int width) => width == 1 ? [name] : Enumerable.Range(0, width).Select(i => $"{name}_{i}");

    private OutputColumn[] Column(string name, TensorSpec spec, IReadOnlyList<string> labels) => spec.Element switch
    {
        TensorElement.Text => [new OutputColumn(name, labels)],
        TensorElement.Bool or TensorElement.Int8 or TensorElement.UInt8 or TensorElement.Int16 or TensorElement.UInt16 => [OutputColumn.Integer(name)],
        TensorElement.Int32 or TensorElement.UInt32 or TensorElement.Int64 or TensorElement.UInt64 =>
            IntegerBounds.FitFloat(graph, spec.Name) ? [OutputColumn.Integer(name)] : OutputColumn.Wide(name),
        _ => [OutputColumn.Number(name)],
    };

    private ProbabilityColumns? Probabilities()
    {
        // A label beside a vector is a classifier, whatever arithmetic made the vector; values outside 0 to 1 give no confidence when scored.
        var label = _parts.FirstOrDefault(p => p.Spec.Element is TensorElement.Int64 or TensorElement.Text);
        var part = _parts.FirstOrDefault(p => IsFloating(p.Spec) && GraphFacts.IsProbability(graph, p.Spec.Name))
            ?? (label is null ? null : _parts.FirstOrDefault(p => IsFloating(p.Spec) && p.Width > 1 && p.Width % label.Width == 0));
        if (part is null)
            return null;
        var count = part.Width;
        var classes = label is { Width: > 1 } ? count % label.Width == 0 ? count / label.Width : 0
            : part.Shapes is [{ Dimensions.Count: > 2, RowAxis: not 2 } deep] ? (int)deep.Dimensions[^1]
            : label is null && count > 1 && GraphFacts.IsSigmoid(graph, part.Spec.Name) ? 1
            : count;
        var areAlike = part.Shapes.Count < 2 || part.Shapes.All(s => s.Width == classes);
        return classes > 0 && areAlike ? new ProbabilityColumns(part.FirstColumn, count, classes) { Label = GivenBeside(part, count, classes) } : null;
    }

    private GivenLabel? GivenBeside(OutputPart probabilities, int count, int classes)
    {
        var names = probabilities.Labels.Count > 0 ? probabilities.Labels : _classes.Names;
        return count != classes || names.Count != classes ? null
            : _parts.Where(p => p.Width == 1 && (p.Columns[0].Kind != OutputKind.Number || p.Columns[0].Labels.Count > 0)
                    && GraphFacts.ComeFromOneNode(graph, p.Spec.Name, probabilities.Spec.Name))
                .Select(p => GivenLabel.Of(p, names)).FirstOrDefault(l => l is not null);
    }

    private static bool IsFloating(TensorSpec spec) => spec.Element is TensorElement.Float32 or TensorElement.Float64 or TensorElement.Float16
        or TensorElement.SequenceOfMaps or TensorElement.SequenceOfTensors;

    private static string Text(IReadOnlyList<long> shape) => $"[{string.Join(',', shape)}]";

    private BadInputException Unreadable(TensorSpec spec, string seen, string expected) => new($"{path}, output '{spec.Name}'", seen, expected,
        signature.Outputs.Count > 1 ? "Name the outputs to keep (--outputs, or outputs in the job), or export the model without this one."
            : "Export the model with another output.");

    private BadInputException FailedOnZeros(string seen, TensorSpec spec) => new($"{path}, output '{spec.Name}'",
        $"{seen}, and a model that fails on a row of zeros ({OnnxSession.FirstLine(trial.Failure!.Message)})", "an output whose shape is declared",
        "Export the model with fixed output shapes.", trial.Failure);
}
