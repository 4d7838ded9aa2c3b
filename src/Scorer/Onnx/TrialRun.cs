using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Graphs;
using Microsoft.ML.OnnxRuntime;

namespace BatchEngine.Scorer.Onnx;

/// <summary>Scores two rows of zeros, to learn what the file does not say.</summary>
internal static class TrialRun
{
    private const int Rows = 2;

    /// <summary>The widths and keys of all outputs.</summary>
    /// <param name="path">The model's file, which errors name.</param>
    /// <param name="session">The model's session.</param>
    /// <param name="signature">What the model declares.</param>
    /// <param name="inputs">Which feature feeds which input.</param>
    /// <param name="classes">The labels that the graph names: a model may refuse zeros (an encoder that knows no such category), and then these are the keys of
    /// its maps.</param>
    /// <exception cref="BadInputException">The model fails on zeros and the file does not say either, or it does not give one result per row.</exception>
    public static IReadOnlyList<TrialOutput> Score(string path, InferenceSession session, ModelSignature signature, InputLayout inputs, ClassLabels classes)
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
        catch (OnnxRuntimeException) when (signature.Outputs.All(o => Declared(o, classes) is not null))
        {
            return [.. signature.Outputs.Select(o => Declared(o, classes)!)];
        }
        catch (OnnxRuntimeException failure)
        {
            throw new BadInputException(path, $"a model that fails on a row of zeros ({OnnxSession.FirstLine(failure.Message)})",
                "a model that says the width of its outputs",
                "Export the model with fixed output shapes.", failure);
        }
    }

    // The runtime's maps are in the order of their keys.
    private static TrialOutput? Declared(TensorSpec spec, ClassLabels classes) => spec.Element == TensorElement.SequenceOfMaps
        ? classes.Names.Count == 0 ? null
            : new TrialOutput(0, [.. classes.Integers.Count > 0 ? classes.Integers.Order().Select(k => k.ToString(CultureInfo.InvariantCulture))
                : classes.Names.Order(StringComparer.Ordinal)])
        : spec.Shape.Skip(1).All(d => d > 0) ? new TrialOutput(spec.Shape.Skip(1).Aggregate(1L, (product, d) => product * d), []) : null;

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
