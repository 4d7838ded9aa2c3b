using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using BatchEngine.Benchmarks.Scoring;

namespace BatchEngine.Benchmarks;

/// <summary>Leaves raw figures beside the benchmarks, with machine, versions and command.</summary>
public static class BenchResults
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>Writes one file; says so when there is no folder for it here.</summary>
    /// <param name="verb">The benchmark.</param>
    /// <param name="options">What it was asked for.</param>
    /// <param name="medians">The figures that are quoted.</param>
    /// <param name="runs">All of them.</param>
    public static void Save(string verb, ScoreOptions options, object medians, object runs) => Save(
        string.Create(CultureInfo.InvariantCulture, $"{verb}-{Path.GetFileNameWithoutExtension(options.Model)}-{options.Rows}.json"),
        string.Create(CultureInfo.InvariantCulture,
            $"{verb} --model {Path.GetFileName(options.Model)} --rows {options.Rows} --engine {options.Engine} --repeats {options.Repeats}"), medians, runs);

    /// <summary>Writes one file of this name.</summary>
    /// <param name="name">The file.</param>
    /// <param name="words">The command after the project.</param>
    /// <param name="medians">The figures that are quoted.</param>
    /// <param name="runs">All of them.</param>
    public static void Save(string name, string words, object medians, object runs)
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
            processor = Processor(),
            cores = Environment.ProcessorCount,
            runtime = RuntimeInformation.FrameworkDescription,
            system = RuntimeInformation.OSDescription,
            medians,
            runs,
        }, s_json) + "\n");
    }

    /// <summary>The processor's name as the system tells it.</summary>
    public static string Processor()
    {
        const string facts = "/proc/cpuinfo";
        var line = File.Exists(facts) ? File.ReadLines(facts).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
