using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Forests;
using ILGPU;
using ILGPU.Runtime;

namespace BatchEngine.Scorer.Gpu;

/// <summary>Scores made-up rows on the device and on the processor when a model is loaded: one different bit, and the device does not get the model.</summary>
internal static class DeviceProbe
{
    /// <summary>Says how the two differ; null means that they agree.</summary>
    public static string? Difference(DeviceForest device, LoadedForest processor)
    {
        using var features = ForestProbe.Features(processor.Graph, processor.AcceptsMissing);
        var (theirs, ours) = (new UnitPredictions(processor.Outputs.Count, features.Rows), new UnitPredictions(processor.Outputs.Count, features.Rows));
        using (var executor = device.CreateExecutor())
            executor.Score(features, theirs);
        using (var executor = processor.CreateExecutor())
            executor.Score(features, ours);
        for (var column = 0; column < processor.Outputs.Count; column++)
        {
            for (var row = 0; row < features.Rows; row++)
            {
                var (a, b) = (theirs.Column(column)[row], ours.Column(column)[row]);
                if (BitConverter.SingleToUInt32Bits(a) != BitConverter.SingleToUInt32Bits(b))
                    return $"output '{processor.Outputs[column].Name}' of trial row {row} came out as {a:R} on the device, but as {b:R} on the processor";
            }
        }
        return null;
    }

    /// <summary>Whether a failure is the device's, so that the processor can go on.</summary>
    public static bool IsDeviceFailure(Exception failure) =>
        failure is AcceleratorException or DeviceMemoryException or InternalCompilerException or NotSupportedException;
}
