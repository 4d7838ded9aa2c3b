using System.CommandLine;
using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Host.Commands.Options;
using BatchEngine.Host.Configuration.Features;
using BatchEngine.Host.Configuration.Texts;
using BatchEngine.Host.Terminal;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Scorer.Memory;
using BatchEngine.Scorer.OneShot;
using BatchEngine.Storage.Blobs.Opening;
using BatchEngine.Storage.Objects;

namespace BatchEngine.Host.Commands;

/// <summary>`score`: one-shot scoring of any ONNX model over any flat Parquet, no job file and no database.</summary>
internal static class ScoreCommand
{
    private static readonly SortedDictionary<string, ExecutionDevice> s_devices =
        new(Enum.GetValues<ExecutionDevice>().ToDictionary(ChoiceText.Of), StringComparer.OrdinalIgnoreCase);
    private static readonly SortedDictionary<string, MissingColumnPolicy> s_missing =
        new(Enum.GetValues<MissingColumnPolicy>().ToDictionary(ChoiceText.Of), StringComparer.OrdinalIgnoreCase);
    private static readonly Option<string> Model = new("--model", "-m") { Description = "The ONNX file", Required = true };
    private static readonly Option<string[]> Challengers =
        new("--challenger")
        {
            Description =
        "Another ONNX file over the same features, scored in the same pass; its outputs follow as NAME.output; may be repeated"
        };
    private static readonly Option<string[]> Input =
        new("--input", "-i")
        {
            Description = "Parquet files, folders or patterns (data/**/*.parquet); may be repeated",
            Required = true,
            AllowMultipleArgumentsPerToken = true
        };
    private static readonly Option<string> Output = new("--output", "-o") { Description = "Folder for the result; created when missing", Required = true };
    private static readonly Option<string?> Key = new("--key", "-k") { Description = "Key column [default: the row number]" };
    private static readonly Option<string?> Features =
        new("--features", "-f") { Description = "Column names in the model's order (a,b,c) or a features.yaml [default: the model's own input names]" };
    private static readonly Option<string[]> Carry =
        new("--carry") { Description = "Input columns to copy to the output: a b, or a,b", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string> MissingColumns =
        new("--missing-columns")
        {
            Description = $"What a file means that lacks a column which others have: {string.Join(", ", s_missing.Keys)} "
                + "(an error, or missing in all of its rows)",
            DefaultValueFactory = _ => ChoiceText.Of(MissingColumnPolicy.Refuse),
        };
    private static readonly Option<string[]> Outputs = new("--outputs")
    {
        Description = "The model's outputs to keep (a,b) [default: all but those that ML.NET's exporter adds to pass inputs on]",
        AllowMultipleArgumentsPerToken = true,
    };
    private static readonly Option<int> Workers = new("--workers", "-w") { Description = "Workers; 0 means one per core" };
    private static readonly Option<string?> MemoryLimit =
        new("--memory-limit")
        {
            Description =
        "The most memory of the process, 512MB for instance; workers and units are cut until they fit [default: memory.limit of the configuration]"
        };
    private static readonly Option<string> Engine =
        new("--engine")
        {
            Description = $"How the model is run: {string.Join(", ", ExecutorFactory.EngineNames)}",
            DefaultValueFactory = _ =>
        ExecutorOptions.AutoEngine
        };
    private static readonly Option<string> Device = new("--device")
    {
        Description = $"Where the model runs: {string.Join(", ", s_devices.Keys)} "
            + "(the processor, an NVIDIA card, what is measured to be faster); without a card the processor",
        DefaultValueFactory = _ => ChoiceText.Of(ExecutionDevice.Cpu),
    };
    private static readonly Option<int> DeviceId = new("--device-id") { Description = "Which card, counted from 0" };
    private static readonly Option<long> MaxRejects =
        new("--max-rejects") { Description = "Fail when more rows than this are rejected", DefaultValueFactory = _ => RejectBudget.Default.MaxRows };
    private static readonly Option<double> MaxRejectShare =
        new("--max-reject-share")
        {
            Description = "Fail when a larger share of rows is rejected (0 to 1)",
            DefaultValueFactory = _ =>
        RejectBudget.Default.MaxShare
        };

    /// <summary>The verb.</summary>
    public static Command Build(GlobalOptions globals)
    {
        var command = new Command("score", """
            Score Parquet files with an ONNX model, once.

              batchengine score --model churn.onnx --input 'data/*.parquet' --key customer_id --output scored
              batchengine score --model housing.onnx --input housing.parquet --features longitude,latitude,median_income --output scored
              batchengine score --model churn.onnx --challenger churn_next.onnx --input 'data/*.parquet' --key customer_id --output compared
            """) { Model, Challengers, Input, Output, Key, Features, Outputs, Carry, MissingColumns, Workers, MemoryLimit, Engine, Device, DeviceId,
                MaxRejects,
            MaxRejectShare };
        return Verb.Does(command, globals, RunAsync);
    }

    private static async Task<int> RunAsync(Verb verb, CancellationToken ct)
    {
        var line = verb.Line;
        Require(line);
        using var sources = line.GetValue(Input)!.Any(ObjectUri.IsOne) ? new ObjectSources(verb.Configuration().ObjectStore, verb.Clock) : null;
        var options = new OneShotOptions(line.GetValue(Model)!, line.GetValue(Input)!, line.GetValue(Output)!)
        {
            Files = new InputFiles(sources),
            ChallengerPaths = line.GetValue(Challengers) ?? [],
            KeyColumn = line.GetValue(Key),
            Features = line.GetValue(Features) is { Length: > 0 } features ? FeaturesArgument.Parse(features) : null,
            CarriedColumns = CarriedOf(line.GetValue(Carry) ?? []),
            MissingColumns = s_missing.TryGetValue(line.GetValue(MissingColumns)!, out var missing) ? missing
                : throw new BadInputException("--missing-columns", $"'{line.GetValue(MissingColumns)}'", string.Join(", ", s_missing.Keys),
                    "Use null where a column is missing in all rows of a file that lacks it."),
            Workers = line.GetValue(Workers),
            MemoryLimitBytes = LimitOf(line.GetValue(MemoryLimit)) ?? verb.Configuration().MemoryLimitBytes,
            Rejects = new RejectBudget(line.GetValue(MaxRejects), line.GetValue(MaxRejectShare)),
            Execution = ExecutorOptions.Default
                with
            {
                Outputs = Split(line.GetValue(Outputs)),
                Engine = line.GetValue(Engine)!,
                Device = DeviceOf(line.GetValue(Device)!),
                DeviceId = line.GetValue(DeviceId)
            },
        };
        var result = await new ProgressDisplay(verb.Screen, verb.Clock).ShowAsync("score", progress =>
            OneShotScoring.RunAsync(options, new RowsToScreen(progress), verb.Clock, ct)).ConfigureAwait(false);
        verb.Screen.Answer(result, () => Print(verb.Screen, result));
        return ExitCode.Done;
    }

    private static string[] Split(string[]? words) =>
        [.. (words ?? []).SelectMany(w => w.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    private static IReadOnlyList<string> CarriedOf(IReadOnlyList<string> words)
    {
        string[] names = [.. words.SelectMany(ColumnNamesText.Split)];
        return names.All(n => n.Length > 0) ? names
            : throw new BadInputException("--carry", $"'{string.Join(' ', words)}'", ColumnNamesText.Expected, "Remove the empty name.");
    }

    private static ExecutionDevice DeviceOf(string word) => s_devices.TryGetValue(word, out var device) ? device
        : throw new BadInputException("--device", $"'{word}'", string.Join(", ", s_devices.Keys), "Use cpu, or auto where there is a card.");

    // --input takes every word that follows it, so a misspelt option would be looked for as a file.
    private static void Require(ParseResult line)
    {
        if (line.GetValue(Input)!.Concat(line.GetValue(Carry) ?? []).FirstOrDefault(w => w.StartsWith("--", StringComparison.Ordinal)) is { } word)
        {
            var nearest = NearestWord.Of(word, line.CommandResult.Command.Options.Select(o => o.Name));
            throw new BadInputException("score", $"'{word}'", "an option of score", nearest is null ? "See: batchengine score --help"
                : $"Did you mean '{nearest}'?");
        }
        if (line.GetValue(Output) is var output && ObjectUri.IsOne(output))
        {
            throw new BadInputException("--output", $"'{ObjectUri.Parse(output, "--output")}'", "a folder of this machine",
                "Write to a folder and copy it from there, the manifest last; or make a job of it, whose output: takes a URI.");
        }
        WorkerCount.Require(line.GetValue(Workers));
        if (line.GetValue(MaxRejects) < 0)
            throw new BadInputException("--max-rejects", $"{line.GetValue(MaxRejects)}", "a number of rows, 0 or more", "Write 0 to accept none.");
        if (line.GetValue(MaxRejectShare) is not (>= 0 and <= 1))
            throw new BadInputException("--max-reject-share", string.Create(CultureInfo.InvariantCulture, $"{line.GetValue(MaxRejectShare)}"),
                "a share from 0 to 1", "Write 0.01 for one row in a hundred.");
        if (line.GetValue(DeviceId) < 0)
            throw new BadInputException("--device-id", $"{line.GetValue(DeviceId)}", "a card, counted from 0", "See which there are: batchengine doctor.");
    }

    private static long? LimitOf(string? text) => text is null ? null : text == "none" ? 0
        : BytesText.TryParse(text, out var bytes) && bytes >= MemoryCeiling.LeastBytes ? bytes
        : throw new BadInputException("--memory-limit", $"'{text}'", $"{BytesText.Expected}, at least {MemoryCeiling.LeastBytes / 1_000_000}MB",
            "Correct the size.");

    private static void Print(Screen screen, OneShotResult result)
    {
        var counts = result.Counts;
        screen.Line($"{Figures.Count(counts.Read)} rows read, {Figures.Count(counts.Scored)} scored, "
            + $"{Figures.Count(counts.Rejected)} rejected in {Figures.Duration(result.Elapsed)}"
            + (result.RowsPerSecond.TryGet(out var rate) ? $" ({Figures.Rate(rate)}, {result.Engine})" : $" ({result.Engine})"));
        if (result.DeviceNote is not null)
            screen.Line(result.DeviceNote);
        // The line above has said it already when the only reason is the card's.
        foreach (var note in result.Notes.Where(n => result.DeviceNote?.StartsWith(n, StringComparison.Ordinal) != true))
            screen.Line($"not run by {note}");
        if (result.LeftOut is not null)
            screen.Line(result.LeftOut);
        if (result.Partitions is not null)
            screen.Line(result.Partitions);
        if (result.Means.Count > 0)
            screen.Line($"means in place of missing values: {FeatureMeans.Words(result.Means)}");
        if (result.LeftOutOutputs.Count > 0)
        {
            screen.Line($"outputs left out, because they only pass inputs on: {string.Join(", ", result.LeftOutOutputs)} "
                + "(--outputs NAME,NAME says which to keep)");
        }
        foreach (var caveat in result.Caveats)
            screen.Line($"note: {caveat}");
        if (result.FromStores is { } traffic)
            screen.Line($"read from stores: {traffic.InWords()}");
        screen.Line($"outputs: {string.Join(", ", result.Outputs.Where(o => o.IsNamed).Select(o => o.Name))}");
        screen.Line($"written to {result.OutputDirectory}");
        if (counts.Rejected > 0)
            screen.Line("Rejected rows are in the rejects files there, each with file, row group, row and reason.");
    }

    private sealed class RowsToScreen(IProgress<ProgressSample> screen) : IProgress<OneShotProgress>
    {
        public void Report(OneShotProgress value) =>
            screen.Report(new ProgressSample("scoring", value.Done.Read, value.TotalRows, Measured<Money>.NotMeasured("not priced")));
    }
}
