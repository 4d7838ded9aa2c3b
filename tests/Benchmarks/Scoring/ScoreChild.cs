using System.Text.Json;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Sharding;

namespace BatchEngine.Benchmarks.Scoring;

/// <summary>One variant in its own process: a warm-up on a small file, then the timed run; prints its figures as JSON, one line a stage.</summary>
public static class ScoreChild
{
    private const int WarmUpRows = 3 * InputTable.RowsPerGroup;

    /// <summary>The variants, in the order of the table.</summary>
    public static readonly IReadOnlyList<string> Variants = ["score", "decode", "onnx", "plain", "stages"];

    /// <summary>Runs a variant.</summary>
    public static async Task<int> RunAsync(ScoreOptions options, string variant)
    {
        var input = await InputTable.PathOfAsync(options.Rows, CancellationToken.None);
        var small = await InputTable.PathOfAsync(WarmUpRows, CancellationToken.None);
        foreach (var (path, rows, isWarmUp) in new[] { (small, WarmUpRows, true), (small, WarmUpRows, true), (input, options.Rows, false) })
        {
            foreach (var figures in await RunAsync(options, variant, path, rows))
            {
                if (!isWarmUp)
                    Console.WriteLine(JsonSerializer.Serialize(figures));
            }
        }
        return 0;
    }

    private static async Task<IReadOnlyList<ScoreFigures>> RunAsync(ScoreOptions options, string variant, string input, int rows) => variant switch
    {
        "score" => [await ScoreFigures.OfAsync(variant, rows, () => ScoreAsync(options, input))],
        "decode" => [await Stages.DecodeAllAsync(options, input)],
        "onnx" => [await InMemory.RunAsync(options, rows)],
        "plain" => [await ScoreFigures.OfAsync(variant, rows, () => PlainProgram.RunAsync(options.Model, input))],
        "stages" => await Stages.EachAsync(options, input),
        _ => throw new ArgumentException($"No variant '{variant}'.", nameof(variant)),
    };

    /// <summary>Scores the file once, as <c>batchengine score</c> does, and removes the result.</summary>
    public static async Task<string> ScoreAsync(ScoreOptions options, string input)
    {
        var output = Directory.CreateTempSubdirectory("batchengine-bench-").FullName;
        try
        {
            var result = await OneShotScoring.RunAsync(new OneShotOptions(options.Model, [input], output)
            {
                KeyColumn = "id",
                UnitRows = options.UnitRows,
                Execution = ExecutorOptions.Default with { Engine = options.Engine },
            }, null, TimeProvider.System, CancellationToken.None);
            return $"{result.Engine}, {result.Files.Count} files";
        }
        finally
        {
            Directory.Delete(output, recursive: true);
        }
    }
}
