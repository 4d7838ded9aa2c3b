using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Host.Terminal;
using BatchEngine.Scorer.Measuring;

namespace BatchEngine.Host.Bench;

/// <summary>Generates, warms up, measures every stage and whole runs several times in turn, and removes its files whatever happens. One use.</summary>
internal sealed class BenchRunner(BenchRequest request, IProgress<ProgressSample> progress)
{
    /// <summary>Measured passes of each stage; the median counts.</summary>
    public const int Passes = 3;

    private const int StagesOfPass = 11;
    private static readonly TimeSpan s_stage = TimeSpan.FromMilliseconds(200);
    private readonly Dictionary<string, List<StageFigures>> _passes = new(StringComparer.Ordinal);
    private int _step;

    /// <summary>Measures every stage alone, then a whole run, and puts them side by side.</summary>
    /// <exception cref="BadInputException">The model or the rows cannot be used.</exception>
    public async Task<BenchReport> RunAsync(CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("batchengine-bench-").FullName;
        try
        {
            return await MeasureAsync(folder, ct).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<BenchReport> MeasureAsync(string folder, CancellationToken ct)
    {
        var workers = Environment.ProcessorCount;
        var input = await BenchInput.OpenAsync(request.Validated(), folder, workers, (done, total) => Tell("generating", done, total, ProgressSample.Rows), ct)
            .ConfigureAwait(false);
        using var measured = input.Measured;
        var bytes = new Dictionary<string, double>(StringComparer.Ordinal);
        var copy = MemoryCopy.BytesPerSecond();
        for (var pass = 0; pass <= Passes; pass++)
        {
            var stages = Directory.CreateDirectory(Path.Combine(folder, "stages")).FullName;
            using (var alone = new ScoringStages(measured, stages))
            {
                await StagesAsync(alone, isWarmUp: pass == 0, ct).ConfigureAwait(false);
                bytes[StageNames.Decode] = alone.DecodedBytesPerRow;
                bytes[StageNames.Quantise] = alone.FeatureBytesPerRow;
            }
            await WholeAsync(measured, workers, folder, isWarmUp: pass == 0, ct).ConfigureAwait(false);
            Directory.Delete(stages, recursive: true);
        }
        return BenchReport.Of(BenchMachine.This(copy), input, workers,
            _passes.ToDictionary(p => p.Key, p => (IReadOnlyList<StageFigures>)p.Value, StringComparer.Ordinal), bytes);
    }

    private async Task StagesAsync(ScoringStages stages, bool isWarmUp, CancellationToken ct)
    {
        await TakeAsync(StageNames.Decode, () => stages.DecodeAsync(1, ct)).ConfigureAwait(false);
        await TakeAsync(StageNames.Features, () => stages.FeaturesAsync(s_stage)).ConfigureAwait(false);
        if (stages.Quantises)
            await TakeAsync(StageNames.Quantise, () => stages.QuantiseAsync(s_stage)).ConfigureAwait(false);
        await TakeAsync(StageNames.Model, () => stages.ModelAsync(s_stage)).ConfigureAwait(false);
        await TakeAsync(StageNames.OnnxRuntime, () => stages.OnnxRuntimeAsync(s_stage)).ConfigureAwait(false);
        await TakeAsync(StageNames.Check, () => stages.CheckAsync(s_stage)).ConfigureAwait(false);
        await TakeAsync(StageNames.Profile, () => stages.ProfileAsync(s_stage)).ConfigureAwait(false);
        await TakeAsync(StageNames.Fingerprint, () => stages.FingerprintAsync(s_stage)).ConfigureAwait(false);
        await TakeAsync(StageNames.Write, () => stages.WriteAsync(ct)).ConfigureAwait(false);
        await TakeAsync(StageNames.RunFiles, () => stages.RunFilesAsync(ct)).ConfigureAwait(false);

        async Task TakeAsync(string name, Func<Task<StageFigures>> measure)
        {
            ct.ThrowIfCancellationRequested();
            Tell(isWarmUp ? $"warming up: {name}, step" : $"measuring: {name}, step", ++_step, (Passes + 1) * StagesOfPass, "steps");
            Keep(await measure().ConfigureAwait(false), isWarmUp);
        }
    }

    private async Task WholeAsync(MeasuredModel measured, int workers, string folder, bool isWarmUp, CancellationToken ct)
    {
        Tell(isWarmUp ? "warming up: a whole run, step" : "measuring: a whole run, step", ++_step, (Passes + 1) * StagesOfPass, "steps");
        var files = Path.Combine(folder, "whole");
        var (scored, built) = await WholeRun.RunAsync(measured.Plan, measured.Model, workers, Directory.CreateDirectory(files).FullName, ct)
            .ConfigureAwait(false);
        Directory.Delete(files, recursive: true);
        Keep(built, isWarmUp);
        Keep(scored with
        {
            Seconds = scored.Seconds + built.Seconds,
            CpuSeconds = scored.CpuSeconds + built.CpuSeconds,
            Notes = string.Create(CultureInfo.InvariantCulture, $"{workers} workers, {scored.Seconds:0.00} s scoring and {built.Seconds:0.00} s sealing"),
        }, isWarmUp);
    }

    private void Keep(StageFigures figures, bool isWarmUp)
    {
        if (isWarmUp)
            return;
        if (!_passes.TryGetValue(figures.Stage, out var passes))
            _passes[figures.Stage] = passes = [];
        passes.Add(figures);
    }

    private void Tell(string phase, long done, long total, string things) =>
        progress.Report(new ProgressSample(phase, done, total, Measured<Money>.NotMeasured("not priced"), things));
}
