using System.Diagnostics;
using System.Globalization;
using BatchEngine.Scorer.Features;

namespace BatchEngine.Scorer.Execution;

/// <summary>How fast a model scores on a device and on a core, transfers included.</summary>
/// <param name="DeviceRowsPerSecond">The device, which all workers share.</param>
/// <param name="CoreRowsPerSecond">One core; each worker has one.</param>
/// <param name="Cores">Cores of this machine.</param>
internal sealed record DeviceRates(double DeviceRowsPerSecond, double CoreRowsPerSecond, int Cores)
{
    private const int Repeats = 3;

    /// <summary>Whether the device is faster than all cores together. The cores also read and write, so this asks more of the device than it must
    /// give.</summary>
    public bool PrefersDevice => DeviceRowsPerSecond > CoreRowsPerSecond * Cores;

    /// <summary>Measures both on the same rows, shortest of three after one to warm up.</summary>
    public static DeviceRates Measure(LoadedModel device, LoadedModel processor, FeatureMatrix features) =>
        new(RowsPerSecond(device, features), RowsPerSecond(processor, features), Environment.ProcessorCount);

    /// <summary>"1,234,567 rows/s on the device, 2,345,678 on a core, 8 cores".</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{DeviceRowsPerSecond:N0} rows/s on the device, {CoreRowsPerSecond:N0} on a core, {Cores} cores");

    /// <summary>Rows per second of one executor.</summary>
    public static double RowsPerSecond(LoadedModel model, FeatureMatrix features)
    {
        using var executor = model.CreateExecutor();
        var block = new UnitPredictions(executor.Model.Outputs.Count, features.Rows);
        executor.Score(features, block);
        var shortest = TimeSpan.MaxValue;
        for (var i = 0; i < Repeats; i++)
        {
            var started = Stopwatch.GetTimestamp();
            executor.Score(features, block);
            var elapsed = Stopwatch.GetElapsedTime(started);
            shortest = elapsed < shortest ? elapsed : shortest;
        }
        return features.Rows / Math.Max(shortest.TotalSeconds, 1e-9);
    }
}
