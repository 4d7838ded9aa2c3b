using System.Text.Json;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.OneShot;

namespace BatchEngine.Benchmarks.Scoring;

/// <summary>One variant in its own process: warm-ups on a small file until methods have reached their last tier, then the timed run; prints its figures as
/// JSON, one line a stage.</summary>
public static class ScoreChild
{
    private const int WarmUpRows = 8 * InputTable.RowsPerGroup;
    private const int WarmUps = 3;

    // The runtime compiles a method anew in the background, a tenth of a second after its thirtieth call.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(300);

    /// <summary>One worker in a process that has one core: what a core does alone. A single worker of a larger process decodes on a second one.</summary>
    public const string OneCore = "score-1-core";

    /// <summary>The variants, in the order of the table.</summary>
    public static readonly IReadOnlyList<string> Variants = ["score", "score-1", OneCore, "night", "decode", "onnx", "plain", "plain-parallel", "stages"];

    /// <summary>Runs a variant.</summary>
    public static async Task<int> RunAsync(ScoreOptions options, string variant)
    {
        var input = await InputTable.PathOfAsync(options.Rows, CancellationToken.None);
        var small = await InputTable.PathOfAsync(WarmUpRows, CancellationToken.None);
        for (var i = 0; i < WarmUps; i++)
        {
            await RunAsync(options, variant, small, WarmUpRows);
            await Task.Delay(s_pause);
        }
        foreach (var figures in await RunAsync(options, variant, input, options.Rows))
            Console.WriteLine(JsonSerializer.Serialize(figures));
        return 0;
    }

    private static async Task<IReadOnlyList<ScoreFigures>> RunAsync(ScoreOptions options, string variant, string input, int rows) => variant switch
    {
        "score" => [await ScoreFigures.OfAsync(variant, rows, () => ScoreAsync(options, input))],
        "score-1" or OneCore => [await ScoreFigures.OfAsync(variant, rows, () => ScoreAsync(options with { Workers = 1 }, input))],
        "night" => [await Night.RunAsync(options, input)],
        "decode" => [await Stages.DecodeAllAsync(options, input)],
        "onnx" => [await InMemory.RunAsync(options, rows)],
        "plain" => [await ScoreFigures.OfAsync(variant, rows, () => PlainProgram.RunAsync(options.Model, input))],
        "plain-parallel" => [await ScoreFigures.OfAsync(variant, rows, () => PlainParallel.RunAsync(options.Model, input))],
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
                Workers = options.Workers,
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
