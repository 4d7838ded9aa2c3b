using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using BatchEngine.Benchmarks.Scoring;
using BatchEngine.Scorer.Measuring;
using Microsoft.ML.OnnxRuntime;

namespace BatchEngine.Benchmarks;

/// <summary>Leaves raw figures beside the benchmarks, with machine, versions and command.</summary>
public static class BenchResults
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Writes one file, named by benchmark, model and rows.</summary>
    /// <param name="verb">The benchmark.</param>
    /// <param name="options">What it was asked for.</param>
    /// <param name="medians">The figures that are quoted.</param>
    /// <param name="runs">All of them.</param>
    public static void Save(string verb, ScoreOptions options, object medians, object runs) => Save(
        string.Create(CultureInfo.InvariantCulture, $"{verb}-{Path.GetFileNameWithoutExtension(options.Model)}-{options.Rows}.json"),
        string.Create(CultureInfo.InvariantCulture,
            $"{verb} --model {Path.GetFileName(options.Model)} --rows {options.Rows} --engine {options.Engine} --repeats {options.Repeats}"), medians, runs);

    /// <summary>Writes one file of this name; says so when there is no folder for it here.</summary>
    /// <param name="name">The file.</param>
    /// <param name="words">The command after the project.</param>
    /// <param name="medians">The figures that are quoted.</param>
    /// <param name="runs">All of them.</param>
    /// <param name="ratiosOfMedians">What is compared; null where nothing is.</param>
    public static void Save(string name, string words, object medians, object runs, IReadOnlyDictionary<string, double>? ratiosOfMedians = null)
    {
        var folder = Path.Combine("tests", "Benchmarks", "results");
        if (!Directory.Exists(folder))
        {
            Console.WriteLine($"Not saved: no folder {folder} here.");
            return;
        }
        File.WriteAllText(Path.Combine(folder, name), JsonSerializer.Serialize(new
        {
            command = $"dotnet run -c Release --project tests/Benchmarks -- {words}",
            date = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            processor = ProcessorFacts.Name(),
            cores = Environment.ProcessorCount,
            vectors = ProcessorFacts.Vectors,
            runtime = RuntimeInformation.FrameworkDescription,
            onnxRuntime = OrtEnv.Instance().GetVersionString(),
            system = RuntimeInformation.OSDescription,
            medians,
            ratiosOfMedians,
            runs,
        }, s_json) + "\n");
    }
}
