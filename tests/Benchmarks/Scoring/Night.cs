using BatchEngine.Domain;
using BatchEngine.Host.Bench;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Measuring;

namespace BatchEngine.Benchmarks.Scoring;

/// <summary>From Parquet to Parquet, run files and segments: shards scored by the workers, then one segment a key partition. Without profiles, and
/// without planning and opening the model, which a night does once.</summary>
public static class Night
{
    /// <summary>The plan of a run that counts nothing for drift.</summary>
    public static RunPlan WithoutProfiles(RunPlan plan) => plan with { ProfileEdges = new Dictionary<string, BinEdges>(StringComparer.Ordinal) };

    /// <summary>Runs it and takes the figures of scoring and sealing together.</summary>
    public static async Task<ScoreFigures> RunAsync(ScoreOptions options, string input)
    {
        using var model = await MeasuredModel.OpenAsync(options.Model, null, [input], "id", ExecutorOptions.Default with { Engine = options.Engine },
            options.Threads, CancellationToken.None);
        var folder = Directory.CreateTempSubdirectory("batchengine-bench-").FullName;
        try
        {
            return await ScoreFigures.OfAsync("night", model.Plan.Manifest.Rows, async () =>
            {
                var (scored, built) = await WholeRun.RunAsync(WithoutProfiles(model.Plan), model.Model, options.Threads, folder, CancellationToken.None);
                return $"{model.Model.Name}, {scored.Seconds:0.00} s scoring, {built.Seconds:0.00} s sealing";
            });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
