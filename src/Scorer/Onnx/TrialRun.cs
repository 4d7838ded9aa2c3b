using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using Microsoft.ML.OnnxRuntime;

namespace BatchEngine.Scorer.Onnx;

/// <summary>Scores two rows of zeros, to learn what the file does not say.</summary>
internal static class TrialRun
{
    private const int Rows = 2;

    /// <summary>The widths and keys of all outputs.</summary>
    /// <exception cref="BadInputException">The model fails on zeros, or does not give one result per row.</exception>
    public static IReadOnlyList<TrialOutput> Score(string path, InferenceSession session, ModelSignature signature, InputLayout inputs)
    {
        var rows = inputs.FixedRows > 0 ? inputs.FixedRows : Rows;
        using var features = new FeatureMatrix(inputs.FeatureNames.Count, rows) { Rows = rows };
        using var feed = InputFeed.Create(inputs, rows, HostMemory.Plain);
        try
        {
            using var run = new RunOptions();
            using var outputs = session.Run(run, session.InputNames, feed.Fill(features, 0, rows, rows), session.OutputNames);
            return [.. signature.Outputs.Select((spec, i) => Look(path, spec, outputs[i], rows))];
        }
        catch (OnnxRuntimeException failure)
        {
            throw new BadInputException(path, $"a model that fails on a row of zeros ({OnnxSession.FirstLine(failure.Message)})",
                "a model that says the width of its outputs",
                "Export the model with fixed output shapes.", failure);
        }
    }

    private static TrialOutput Look(string path, TensorSpec spec, OrtValue value, int rows)
    {
        if (spec.Element == TensorElement.SequenceOfMaps)
        {
            using var first = value.GetValue(0, OrtAllocator.DefaultInstance);
            using var keys = first.GetValue(0, OrtAllocator.DefaultInstance);
            return new TrialOutput(0, Keys(keys));
        }
        var shape = value.GetTensorTypeAndShape().Shape;
        if (shape.Length == 0 || shape[0] != rows)
        {
            throw new BadInputException($"{path}, output '{spec.Name}'", $"shape [{string.Join(',', shape)}] for {rows} rows", "one result per row, rows first",
                "Export the model without this output.");
        }
        return new TrialOutput(shape.Skip(1).Aggregate(1L, (product, d) => product * d), []);
    }

    private static string[] Keys(OrtValue keys) => keys.GetTensorTypeAndShape().ElementDataType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.String
        ? keys.GetStringTensorAsArray()
        : [.. keys.GetTensorDataAsSpan<long>().ToArray().Select(k => k.ToString(CultureInfo.InvariantCulture))];
}
