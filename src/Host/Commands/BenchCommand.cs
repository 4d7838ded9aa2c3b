using System.CommandLine;
using System.Text.Json;
using BatchEngine.Domain;
using BatchEngine.Host.Bench;
using BatchEngine.Host.Configuration.Features;
using BatchEngine.Host.Screens;
using BatchEngine.Host.Terminal;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;

namespace BatchEngine.Host.Commands;

/// <summary>`bench`: how fast each stage and a whole run are on this machine, and what binds.</summary>
internal static class BenchCommand
{
    private static readonly Option<string?> Model =
        new("--model", "-m") { Description = "The ONNX file [default: the sample's churn model over generated customers]" };
    private static readonly Option<int> Rows = new("--rows") { Description = "Rows to generate [default: 1,000,000, fewer for a wide model]" };
    private static readonly Option<string?> Features =
        new("--features", "-f") { Description = "Column names (a,b,c) or a features.yaml [default: one column a value of the model's input]" };
    private static readonly Option<string[]> Input =
        new("--input", "-i") { Description = "Measure with these Parquet files instead of generated rows", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string?> Key = new("--key", "-k") { Description = "Key column of --input" };
    private static readonly Option<string> Engine =
        new("--engine")
        {
            Description = $"How the model is run: {string.Join(", ", ExecutorFactory.EngineNames)}",
            DefaultValueFactory = _ =>
        ExecutorOptions.AutoEngine
        };
    private static readonly Option<string?> Save = new("--save") { Description = "Also write the JSON document to this file" };

    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals)
    {
        var command = new Command("bench", """
            Measure every stage of scoring on this machine, alone and in a whole run, and name the one that binds. Takes about half a minute; leaves no files.

              batchengine bench
              batchengine bench --model forest.onnx --rows 2000000 --save forest.json
              batchengine bench --model churn.onnx --features features.yaml --input 'data/*.parquet' --key customer_id
            """) { Model, Rows, Features, Input, Key, Engine, Save };
        return Verb.Does(command, globals, RunAsync);
    }

    private static async Task<int> RunAsync(Verb verb, CancellationToken ct)
    {
        var line = verb.Line;
        var request = new BenchRequest(line.GetValue(Model), line.GetValue(Features) is { Length: > 0 } features ? FeaturesArgument.Parse(features)
            : null, line.GetValue(Input) ?? [], line.GetValue(Key),
            line.GetValue(Rows), line.GetValue(Engine)!).Validated();
        var started = verb.Clock.GetTimestamp();
        var report = await new ProgressDisplay(verb.Screen, verb.Clock)
            .ShowAsync("bench", progress => Task.Run(() => new BenchRunner(request, progress).RunAsync(ct), CancellationToken.None)).ConfigureAwait(false);
        verb.Screen.Answer(report, () => BenchScreen.Print(verb.Screen, report, verb.Clock.GetElapsedTime(started)));
        if (line.GetValue(Save) is { Length: > 0 } path)
            await SaveAsync(report, path, ct).ConfigureAwait(false);
        return ExitCode.Done;
    }

    private static async Task SaveAsync(BenchReport report, string path, CancellationToken ct)
    {
        try
        {
            await File.WriteAllTextAsync(path, JsonSerializer.Serialize(report, AnswerLayout.Document) + "\n", ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new Domain.StorageFailedException(path, $"The result cannot be written ({e.Message}). Choose another file with --save.", isTransient: false,
                e);
        }
    }
}
