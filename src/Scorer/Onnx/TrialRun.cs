using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Graphs;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace BatchEngine.Scorer.Onnx;

/// <summary>Scores rows of zeros twice, over different numbers of rows, to learn what the outputs really are: what a file declares may be missing, or another
/// exporter's mistake.</summary>
/// <param name="Rows">Rows of the first run.</param>
/// <param name="First">What it showed, by output.</param>
/// <param name="OtherRows">Rows of the second run; 0 when the model takes one number of rows only.</param>
/// <param name="Second">What that showed; empty when there was none.</param>
/// <param name="Failure">Why there is nothing: the model fails on zeros, as an encoder that knows no such category does. Null means that it ran.</param>
internal sealed record TrialRun(int Rows, IReadOnlyList<TrialOutput> First, int OtherRows, IReadOnlyList<TrialOutput> Second, OnnxRuntimeException? Failure)
{
    // No width or constant of a model is likely to be both.
    private const int FirstRows = 7;
    private const int SecondRows = 11;

    /// <summary>Runs the model.</summary>
    /// <param name="session">The model's session.</param>
    /// <param name="signature">What the model declares.</param>
    /// <param name="inputs">Which feature feeds which input.</param>
    public static TrialRun Of(InferenceSession session, ModelSignature signature, InputLayout inputs)
    {
        try
        {
            return inputs.FixedRows > 0
                ? new TrialRun(inputs.FixedRows, Run(session, signature, inputs, inputs.FixedRows), 0, [], null)
                : new TrialRun(FirstRows, Run(session, signature, inputs, FirstRows), SecondRows, Run(session, signature, inputs, SecondRows), null);
        }
        catch (OnnxRuntimeException failure)
        {
            return new TrialRun(0, [], 0, [], failure);
        }
    }

    private static IReadOnlyList<TrialOutput> Run(InferenceSession session, ModelSignature signature, InputLayout inputs, int rows)
    {
        using var features = new FeatureMatrix(inputs.FeatureNames.Count, rows) { Rows = rows };
        using var feed = InputFeed.Create(inputs, rows, HostMemory.Plain);
        using var run = new RunOptions();
        using var outputs = session.Run(run, session.InputNames, feed.Fill(features, 0, rows, rows), session.OutputNames);
        return [.. signature.Outputs.Select((spec, i) => Look(spec, outputs[i]))];
    }

    private static TrialOutput Look(TensorSpec spec, OrtValue value)
    {
        switch (spec.Element)
        {
            case TensorElement.SequenceOfMaps:
                using (var first = value.GetValue(0, OrtAllocator.DefaultInstance))
                using (var keys = first.GetValue(0, OrtAllocator.DefaultInstance))
                    return new TrialOutput([], MapKeys(keys));
            case TensorElement.SequenceOfTensors:
                var shapes = new List<IReadOnlyList<long>>();
                for (var i = 0; i < value.GetValueCount(); i++)
                {
                    using var tensor = value.GetValue(i, OrtAllocator.DefaultInstance);
                    shapes.Add(tensor.GetTensorTypeAndShape().Shape);
                }
                return new TrialOutput(shapes, []);
            case TensorElement.Unsupported:
                return new TrialOutput([], []);
            default:
                return new TrialOutput([value.GetTensorTypeAndShape().Shape], []);
        }
    }

    /// <summary>The keys of one map as text.</summary>
    public static string[] MapKeys(OrtValue keys) => keys.GetTensorTypeAndShape().ElementDataType == TensorElementType.String
        ? keys.GetStringTensorAsArray()
        : [.. keys.GetTensorDataAsSpan<long>().ToArray().Select(k => k.ToString(CultureInfo.InvariantCulture))];

    /// <summary>The keys of an output's maps, which are in the order of their keys: as they came, or as the graph's classifier names them.</summary>
    public IReadOnlyList<string> KeysOf(int output, ClassLabels classes) => First.Count > 0 ? First[output].Keys
        : [.. classes.Integers.Count > 0 ? classes.Integers.Order().Select(k => k.ToString(CultureInfo.InvariantCulture))
            : classes.Names.Order(StringComparer.Ordinal)];
}
