using System.Globalization;
using BatchEngine.Scorer.Measuring;
using Microsoft.ML.OnnxRuntime;

namespace BatchEngine.Benchmarks.Forests;

/// <summary>Prints and keeps the figures of one model.</summary>
internal static class ForestReport
{
    /// <summary>Prints medians, and ratios to ONNX Runtime of the same kind: batches to batches, single rows to single rows.</summary>
    public static void Print(string path, IReadOnlyList<ForestFigure> raw)
    {
        Console.WriteLine($"{Path.GetFileName(path)}, {ProcessorFacts.Name()}, ONNX Runtime {OrtEnv.Instance().GetVersionString()}, one thread unless said");
        var medians = Medians(raw);
        foreach (var (name, rate) in medians)
        {
            var rates = raw.Where(f => f.Contender == name).Select(f => f.Rate).ToArray();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {name,-40}{rate,12:N0} rows/s{1e6 / rate,10:0.00} us/row" +
                $"{(rates.Max() - rates.Min()) / rate,8:P0} spread{rate / medians[PeerOf(name)],8:0.0}x"));
        }
    }

    /// <summary>Writes the raw figures beside the other results.</summary>
    public static void Save(string path, ForestBenchOptions options, IReadOnlyList<ForestFigure> raw)
    {
        var medians = Medians(raw);
        var peer = options.XgboostModel is { } model ? $" --xgboost {Path.GetFileName(model)}" : "";
        var (suffix, label) = options.Label.Length > 0 ? ($"-{options.Label}", $" --label {options.Label}") : ("", "");
        BenchResults.Save($"forests-{Path.GetFileNameWithoutExtension(path)}{suffix}.json",
            $"forests {Path.GetFileName(path)}{peer} --passes {options.Passes}{label}", medians, raw,
            medians.ToDictionary(m => $"{m.Key} / {PeerOf(m.Key)}", m => m.Value / medians[PeerOf(m.Key)]));
    }

    private static Dictionary<string, double> Medians(IReadOnlyList<ForestFigure> raw) =>
        raw.GroupBy(f => f.Contender, StringComparer.Ordinal).ToDictionary(g => g.Key, g =>
    {
        var rates = g.Select(f => f.Rate).Order().ToArray();
        return rates[rates.Length / 2];
    });

    private static string PeerOf(string contender) =>
        contender.StartsWith("one row", StringComparison.Ordinal) ? "one row: ONNX Runtime, buffers bound" : "ONNX Runtime";
}
