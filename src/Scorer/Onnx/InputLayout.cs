using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;

namespace BatchEngine.Scorer.Onnx;

/// <summary>Which feature feeds which model input.</summary>
/// <param name="Parts">The model's inputs, in its order.</param>
/// <param name="FeatureNames">The features in the spec's order.</param>
/// <param name="FixedRows">The only number of rows the model takes; 0 means any.</param>
internal sealed record InputLayout(IReadOnlyList<InputPart> Parts, IReadOnlyList<string> FeatureNames, int FixedRows)
{
    private const int MaxFixedRows = ExecutorOptions.MaxSubBatchRows;
    private const string Fed = "tensors of numbers, bool or text with rows first, sequences not among them";

    /// <summary>One input takes all features side by side.</summary>
    public bool IsMatrix => Parts is [{ Inner.Count: 1 }] && !IsColumns;

    /// <summary>Each input takes one feature.</summary>
    public bool IsColumns => Parts.All(p => p.Width == 1 && p.Inner is null or [] or [1] && p.Spec.Shape is not [_, < 0]);

    /// <summary>For one input per feature: the feature's index by input.</summary>
    public IReadOnlyList<int> FeatureOfInput => [.. Parts.Select(p => p.Features[0])];

    /// <summary>How the model wants each feature kept, so that no exact value is rounded on its way.</summary>
    public IReadOnlyList<FeatureStorage>? WantedStorage
    {
        get
        {
            if (IsMatrix && Parts[0].Storage == FeatureStorage.Float32)
                return null;
            var wanted = new FeatureStorage[FeatureNames.Count];
            foreach (var part in Parts)
            {
                foreach (var feature in part.Features)
                    wanted[feature] = part.Storage;
            }
            return wanted;
        }
    }

    /// <summary>Matches features to inputs: a single input takes them by position; of several, those of one column and those named like a column of lists
    /// take theirs by name, and other matrices share the others in the model's order.</summary>
    /// <exception cref="BadInputException">They do not match; both lists are named.</exception>
    public static InputLayout Match(string path, ModelSignature signature, IReadOnlyList<string> featureNames)
    {
        foreach (var input in signature.Inputs)
        {
            if (input.Element is TensorElement.Unsupported or TensorElement.SequenceOfMaps or TensorElement.SequenceOfTensors)
                throw new BadInputException($"{path}, input '{input.Name}'", input.ToString(), Fed,
                    "Export the model with flat columns or matrices as inputs.");
        }
        if (featureNames.Count == 0)
            throw Mismatch(path, signature, featureNames);
        if (signature.Inputs is [{ Shape: [> 1 and var length] } vector] && length == featureNames.Count)
            return new InputLayout([new InputPart(vector, [.. Enumerable.Range(0, (int)length)], null)], featureNames, 1);
        var fixedRows = signature.Inputs.Where(i => i.Shape.Count > 0).Select(i => i.Shape[0]).Where(d => d is > 0 and <= MaxFixedRows).DefaultIfEmpty(0).Max();
        var parts = new InputMatching(signature.Inputs, featureNames).Parts() ?? throw Mismatch(path, signature, featureNames);
        return new InputLayout(parts, featureNames, (int)fixedRows);
    }

    private static BadInputException Mismatch(string path, ModelSignature signature, IReadOnlyList<string> featureNames)
    {
        var seen = $"{featureNames.Count} features [{string.Join(", ", featureNames)}]";
        const string remedy = "Write the features in the model's order with --features or the job's features section.";
        if (signature.TakesOneMatrix)
            return new BadInputException(path, seen, $"{signature.MatrixWidth} features for the input {signature.Inputs[0]}", remedy);
        return signature.TakesColumns
            ? new BadInputException(path, seen, $"one feature for each of the inputs [{string.Join(", ", signature.Inputs.Select(i => i.Name))}]", remedy)
            : new BadInputException(path, seen, $"the features of each input, one after the other: {string.Join(", ", signature.Inputs)}",
                $"{remedy} An input of one column takes the feature of its name, and the others share the rest in the model's order.");
    }
}
