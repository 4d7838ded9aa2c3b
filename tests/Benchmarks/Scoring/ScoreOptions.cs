using System.Globalization;
using BatchEngine.Domain;
using BatchEngine.Scorer.Units;

namespace BatchEngine.Benchmarks.Scoring;

/// <summary>What the scoring benchmark was asked for. Immutable.</summary>
/// <param name="Model">An ONNX file over one matrix of <see cref="InputTable.Features"/> floats.</param>
/// <param name="Rows">Rows of the generated file.</param>
/// <param name="Engine">The engine of the end-to-end run and of the inference stage.</param>
/// <param name="Repeats">Runs of each variant; the median counts.</param>
/// <param name="UnitRows">Rows of a unit; by default as many as the scorer takes for this width.</param>
/// <param name="Only">The variants to run; empty means all.</param>
public sealed record ScoreOptions(string Model, int Rows, string Engine, int Repeats, int UnitRows, IReadOnlyList<string> Only)
{
    /// <summary>Workers of the end-to-end runs; 0 means one per core.</summary>
    public int Workers { get; init; }

    /// <summary>The same as a number of threads.</summary>
    public int Threads => Workers > 0 ? Workers : Environment.ProcessorCount;

    /// <summary>Reads the command line; unknown words are an error.</summary>
    public static ScoreOptions Parse(IReadOnlyList<string> words)
    {
        var options = new ScoreOptions("", 5_000_000, "onnx", 3, UnitSizing.RowsFor(InputTable.Features + 1), []);
        for (var i = 0; i + 1 < words.Count; i += 2)
        {
            var value = words[i + 1];
            options = words[i] switch
            {
                "--model" => options with { Model = Path.GetFullPath(value) },
                "--rows" => options with { Rows = int.Parse(value, CultureInfo.InvariantCulture) },
                "--engine" => options with { Engine = value },
                "--repeats" => options with { Repeats = int.Parse(value, CultureInfo.InvariantCulture) },
                "--unit-rows" => options with { UnitRows = int.Parse(value, CultureInfo.InvariantCulture) },
                "--only" => options with { Only = value.Split(',') },
                "--workers" => options with { Workers = int.Parse(value, CultureInfo.InvariantCulture) },
                _ => throw new BadInputException("command line", words[i], "--model, --rows, --engine, --repeats, --unit-rows, --workers or --only",
                    "Correct the word."),
            };
        }
        return File.Exists(options.Model) ? options : throw new BadInputException("--model", $"'{options.Model}'", "an ONNX file", "Give the path of a model.");
    }

    /// <summary>The same as words, for a child process.</summary>
    public string[] Words() =>
    [
        "--model", Model, "--rows", Rows.ToString(CultureInfo.InvariantCulture), "--engine", Engine, "--unit-rows",
            UnitRows.ToString(CultureInfo.InvariantCulture),
        "--workers", Workers.ToString(CultureInfo.InvariantCulture),
    ];
}
