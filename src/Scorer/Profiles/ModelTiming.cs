using System.Diagnostics;
using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Scorer.Units;

namespace BatchEngine.Scorer.Profiles;

/// <summary>Measures what a model costs a row on this machine, to weigh scoring against copying stored predictions.</summary>
public static class ModelTiming
{
    /// <summary>Rows that are scored at once: enough for a measure, few enough to take milliseconds.</summary>
    public const int SampleRows = 8_192;

    private const int Repeats = 5;

    /// <summary>Scores the first rows of the manifest several times and takes the shortest time.</summary>
    /// <param name="manifest">The frozen input.</param>
    /// <param name="spec">What the model reads.</param>
    /// <param name="model">Opened for the spec's features.</param>
    /// <param name="files">Where the files are.</param>
    /// <param name="ct">Stops reading and timing.</param>
    /// <returns>Nanoseconds a row of one core, two significant digits; not measured without a row.</returns>
    /// <exception cref="BadInputException">The first rows cannot be read or scored.</exception>
    public static Task<Measured<double>> MeasureAsync(InputManifest manifest, FeatureSpec spec, LoadedModel model, InputFiles files,
        CancellationToken ct) => Task.Run(() => Measure(manifest, spec, model, files, ct), ct);

    /// <summary>Two significant digits, so that a plan does not look more exact than the measure is.</summary>
    public static double Round(double nanoseconds)
    {
        if (nanoseconds <= 0)
            return 0;
        var step = Math.Pow(10, Math.Floor(Math.Log10(nanoseconds)) - 1);
        return Math.Round(Math.Round(nanoseconds / step) * step, 6);
    }

    private static Measured<double> Measure(InputManifest manifest, FeatureSpec spec, LoadedModel model, InputFiles files,
        CancellationToken ct)
    {
        var unit = UnitCuts.OfManifest(manifest, SampleRows).FirstOrDefault(u => u.Rows > 0);
        if (unit.Rows == 0)
            return Measured<double>.NotMeasured("the input has no row");
        var compiled = CompiledFeatures.Compile(spec, manifest.Columns, model.WantedStorage);
        using var unitColumns = compiled.CreateColumns(unit.Rows);
        using var features = compiled.CreateMatrix(unit.Rows);
        using (var file = InputFileReader.Open(manifest.Files[unit.FileIndex], files))
        using (var group = file.OpenRowGroup(unit.RowGroup, compiled.Sources, inParts: true))
            group.Read(unitColumns, unit.Rows);
        compiled.Transform(unitColumns, features);
        using var executor = model.CreateExecutor();
        var predictions = new UnitPredictions(executor.Model.Outputs.Count, unit.Rows);
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < Repeats; i++)
        {
            ct.ThrowIfCancellationRequested();
            var started = Stopwatch.GetTimestamp();
            executor.Score(features, predictions);
            best = TimeSpan.FromTicks(Math.Min(best.Ticks, Stopwatch.GetElapsedTime(started).Ticks));
        }
        return Measured<double>.Of(Round(best.TotalNanoseconds / unit.Rows));
    }
}
