using BatchEngine.Host.Bench;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Measuring;

namespace BatchEngine.Benchmarks.Scoring;

/// <summary>The stages of scoring, each alone, as the product's own bench measures them.</summary>
public static class Stages
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>Decodes the whole file with one thread a core and throws the values away.</summary>
    public static async Task<ScoreFigures> DecodeAllAsync(ScoreOptions options, string input) =>
        (await WithAsync(options, input, async (stages, _, _) => [await stages.DecodeAsync(Environment.ProcessorCount, CancellationToken.None)]))[0]
            with
        { Variant = "decode" };

    /// <summary>The stages that only a night has: fingerprints, run files and segments.</summary>
    public static readonly IReadOnlyList<string> OfNight = [$"{StageNames.Fingerprint} alone", $"{StageNames.RunFiles} alone", $"{StageNames.Segments} alone"];

    /// <summary>Decode, transform, inference, check and write, then what a night does beside, one after the other on one thread: figures of each.</summary>
    public static Task<IReadOnlyList<ScoreFigures>> EachAsync(ScoreOptions options, string input) => WithAsync(options, input, async (stages, model, folder) =>
    [
        await stages.DecodeAsync(1, CancellationToken.None),
        await stages.FeaturesAsync(s_patience),
        await stages.ModelAsync(s_patience),
        await stages.CheckAsync(s_patience),
        await stages.WriteAsync(CancellationToken.None),
        await stages.FingerprintAsync(s_patience),
        await stages.RunFilesAsync(CancellationToken.None),
        (await WholeRun.RunAsync(Night.WithoutProfiles(model.Plan), model.Model, 1, Path.Combine(folder, "run"), CancellationToken.None)).Sealed,
    ]);

    private static async Task<IReadOnlyList<ScoreFigures>> WithAsync(ScoreOptions options, string input,
        Func<ScoringStages, MeasuredModel, string, Task<IReadOnlyList<StageFigures>>> measure)
    {
        var folder = Directory.CreateTempSubdirectory("batchengine-bench-").FullName;
        try
        {
            using var model = await MeasuredModel.OpenAsync(options.Model, null, [input], "id", ExecutorOptions.Default with { Engine = options.Engine }, 1,
                CancellationToken.None);
            using var stages = new ScoringStages(model, folder);
            return [.. (await measure(stages, model, folder))
                .Select(f => new ScoreFigures($"{f.Stage} alone", f.Rows, f.Seconds, f.CpuSeconds, 0, 0, f.Notes))];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
