using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;

namespace BatchEngine.Scorer.Onnx;

/// <summary>Which feature feeds which model input.</summary>
/// <param name="Specs">The model's inputs.</param>
/// <param name="IsMatrix">One input takes all features side by side; else each input takes one.</param>
/// <param name="FeatureNames">The features in the spec's order.</param>
/// <param name="FeatureOfInput">For one input per feature: the feature's index by input.</param>
/// <param name="FixedRows">The only number of rows the model takes; 0 means any.</param>
internal sealed record InputLayout(IReadOnlyList<TensorSpec> Specs, bool IsMatrix, IReadOnlyList<string> FeatureNames, IReadOnlyList<int> FeatureOfInput,
    int FixedRows)
{
    private const int MaxFixedRows = ExecutorOptions.MaxSubBatchRows;

    /// <summary>How the model wants each feature kept, so that no exact value is rounded on its way.</summary>
    public IReadOnlyList<FeatureStorage>? WantedStorage
    {
        get
        {
            if (IsMatrix)
                return Specs[0].Element == TensorElement.Float32 ? null : [.. FeatureNames.Select(_ => StorageOf(Specs[0].Element))];
            var wanted = new FeatureStorage[FeatureNames.Count];
            for (var input = 0; input < Specs.Count; input++)
                wanted[FeatureOfInput[input]] = StorageOf(Specs[input].Element);
            return wanted;
        }
    }

    /// <summary>Matches features to inputs: a matrix by position, single columns by name (a single one by position).</summary>
    /// <exception cref="BadInputException">They do not match; both lists are named.</exception>
    public static InputLayout Match(string path, ModelSignature signature, IReadOnlyList<string> featureNames)
    {
        foreach (var input in signature.Inputs)
        {
            if (input.Element is TensorElement.Unsupported or TensorElement.SequenceOfMaps || input.Shape.Count > 2)
            {
                throw new BadInputException($"{path}, input '{input.Name}'", input.ToString(),
                    "a tensor of float, double, int32, int64, bool or text with rows first and at most two dimensions",
                    "Export the model with flat columns as inputs.");
            }
        }
        var fixedRows = signature.Inputs.Where(i => i.Shape.Count > 0).Select(i => i.Shape[0]).Where(d => d is > 0 and <= MaxFixedRows).DefaultIfEmpty(0).Max();
        return signature.TakesOneMatrix
            ? Matrix(path, signature, featureNames, (int)fixedRows)
            : Columns(path, signature, featureNames, (int)fixedRows);
    }

    private static InputLayout Matrix(string path, ModelSignature signature, IReadOnlyList<string> featureNames, int fixedRows)
    {
        var input = signature.Inputs[0];
        if (input.Element is TensorElement.Bool)
            throw new BadInputException($"{path}, input '{input.Name}'", input.ToString(), "a matrix of float, double, int64, int32 or text",
                "Export the model with a float input, or with one input per column.");
        if (featureNames.Count == 0 || (input.Shape[1] > 0 && input.Shape[1] != featureNames.Count))
            throw Mismatch(path, $"{featureNames.Count} features [{string.Join(", ", featureNames)}]", $"{input.Shape[1]} features for the input {input}");
        return new InputLayout(signature.Inputs, true, featureNames, [], fixedRows);
    }

    private static InputLayout Columns(string path, ModelSignature signature, IReadOnlyList<string> featureNames, int fixedRows)
    {
        var wide = signature.Inputs.FirstOrDefault(i => i.Shape.Count == 2 && i.Shape[1] != 1);
        if (wide is not null)
            throw new BadInputException($"{path}, input '{wide.Name}'", wide.ToString(),
                "either one matrix of all features, or only inputs of one column each", "Export the model in one of these two ways.");
        if (signature.Inputs.Count == 1 && featureNames.Count == 1)
            return new InputLayout(signature.Inputs, false, featureNames, [0], fixedRows);
        var indexes = signature.Inputs.Select(i => IndexOf(featureNames, i.Name)).ToArray();
        if (indexes.Contains(-1) || indexes.Length != featureNames.Count)
        {
            throw Mismatch(path, $"the features [{string.Join(", ", featureNames)}]",
                $"one feature for each of the inputs [{string.Join(", ", signature.Inputs.Select(i => i.Name))}]");
        }
        return new InputLayout(signature.Inputs, false, featureNames, indexes, fixedRows);
    }

    private static FeatureStorage StorageOf(TensorElement element) => element switch
    {
        TensorElement.Float64 => FeatureStorage.Float64,
        TensorElement.Int32 or TensorElement.Int64 => FeatureStorage.Int64,
        TensorElement.Text => FeatureStorage.Text,
        _ => FeatureStorage.Float32,
    };

    private static int IndexOf(IReadOnlyList<string> names, string name)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (string.Equals(names[i], name, StringComparison.Ordinal))
                return i;
        }
        return -1;
    }

    private static BadInputException Mismatch(string path, string seen, string expected) =>
        new(path, seen, expected, "Write the features in the model's order with --features or the job's features section.");
}
