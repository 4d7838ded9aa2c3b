using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

namespace BatchEngine.Benchmarks.Forests;

/// <summary>Prints and keeps the figures of one model.</summary>
internal static class ForestReport
{
    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    /// <summary>Prints medians, and ratios to ONNX Runtime of the same kind: batches to batches, single rows to single rows.</summary>
    public static void Print(string path, IReadOnlyList<ForestFigure> raw)
    {
        Console.WriteLine($"{Path.GetFileName(path)}, {Processor()}, ONNX Runtime {OrtEnv.Instance().GetVersionString()}, one thread unless said");
        var medians = Medians(raw);
        foreach (var (name, rate) in medians)
        {
            var rates = raw.Where(f => f.Contender == name).Select(f => f.Rate).ToArray();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {name,-40}{rate,12:N0} rows/s{1e6 / rate,10:0.00} us/row{(rates.Max() - rates.Min()) / rate,8:P0} spread{rate / medians[PeerOf(name)],8:0.0}x"));
        }
    }

    /// <summary>Writes the raw figures beside the other results.</summary>
    public static void Save(string path, ForestBenchOptions options, IReadOnlyList<ForestFigure> raw)
    {
        var folder = Path.Combine("tests", "Benchmarks", "results");
        if (!Directory.Exists(folder))
        {
            Console.WriteLine($"Not saved: no folder {folder} here.");
            return;
        }
        var medians = Medians(raw);
        var label = options.Label.Length > 0 ? $"-{options.Label}" : "";
        File.WriteAllText(Path.Combine(folder, $"forests-{Path.GetFileNameWithoutExtension(path)}{label}.json"), JsonSerializer.Serialize(new
        {
            command = $"dotnet run -c Release --project tests/Benchmarks -- forests {Path.GetFileName(path)}{(options.XgboostModel is { } peer ? $" --xgboost {Path.GetFileName(peer)}" : "")} --passes {options.Passes}{(label.Length > 0 ? $" --label {options.Label}" : "")}",
            date = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            processor = Processor(),
            cores = Environment.ProcessorCount,
            vectors = System.Runtime.Intrinsics.X86.Avx512F.IsSupported ? "AVX-512" : System.Runtime.Intrinsics.X86.Avx2.IsSupported ? "AVX2" : "128 bits",
            runtime = RuntimeInformation.FrameworkDescription,
            onnxRuntime = OrtEnv.Instance().GetVersionString(),
            system = RuntimeInformation.OSDescription,
            medianRowsPerSecond = medians,
            ratiosOfMedians = medians.ToDictionary(m => $"{m.Key} / {PeerOf(m.Key)}", m => m.Value / medians[PeerOf(m.Key)]),
            runs = raw,
        }, s_json) + "\n");
    }

    private static Dictionary<string, double> Medians(IReadOnlyList<ForestFigure> raw) =>
        raw.GroupBy(f => f.Contender, StringComparer.Ordinal).ToDictionary(g => g.Key, g =>
    {
        var rates = g.Select(f => f.Rate).Order().ToArray();
        return rates[rates.Length / 2];
    });

    private static string PeerOf(string contender) =>
        contender.StartsWith("one row", StringComparison.Ordinal) ? "one row: ONNX Runtime, buffers bound" : "ONNX Runtime";

    private static string Processor()
    {
        const string facts = "/proc/cpuinfo";
        var line = File.Exists(facts) ? File.ReadLines(facts).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
