using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using BatchEngine.Scorer.Measuring;

namespace BatchEngine.Benchmarks.Scoring;

/// <summary>Runs every variant in child processes, in turn, several times; prints the medians and the ratios that have targets, and leaves the raw
/// figures.</summary>
public static class ScoreBench
{
    /// <summary>The word that makes a process a child.</summary>
    public const string ChildVerb = "score-child";

    /// <summary>Runs the benchmark.</summary>
    public static async Task<int> RunAsync(ScoreOptions options)
    {
        var variants = ScoreChild.Variants.Where(v => options.Only.Count == 0 || options.Only.Contains(v)).ToArray();
        await InputTable.PathOfAsync(options.Rows, CancellationToken.None);
        var raw = new List<ScoreFigures>();
        for (var repeat = 0; repeat < options.Repeats; repeat++)
        {
            // In turn, so that a busy minute of the machine hits all variants.
            foreach (var variant in variants)
                raw.AddRange(Child(options, variant));
        }
        var medians = raw.GroupBy(f => f.Variant).Select(g => g.OrderBy(f => f.Rate).ElementAt(g.Count() / 2)).ToArray();
        Print(options, medians, raw);
        Save(options, medians, raw);
        return 0;
    }

    /// <summary>Runs a variant in a process of its own.</summary>
    internal static IEnumerable<ScoreFigures> Child(ScoreOptions options, string variant)
    {
        var start = new ProcessStartInfo(variant == ScoreChild.OneCore ? "taskset" : Environment.ProcessPath!) { RedirectStandardOutput = true };
        // The runtime counts its cores once, when it starts.
        foreach (var word in variant == ScoreChild.OneCore ? (string[])["-c", "0", Environment.ProcessPath!] : [])
            start.ArgumentList.Add(word);
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
            start.ArgumentList.Add(typeof(ScoreBench).Assembly.Location);
        foreach (var word in (string[])[ChildVerb, variant, .. options.Words()])
            start.ArgumentList.Add(word);
        using var child = Process.Start(start)!;
        var lines = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        if (child.ExitCode != 0)
            throw new InvalidOperationException($"Variant '{variant}' ended with {child.ExitCode}.");
        return lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonSerializer.Deserialize<ScoreFigures>(l)!);
    }

    private static Dictionary<string, double> Ratios(IReadOnlyList<ScoreFigures> medians)
    {
        var ratios = new Dictionary<string, double>(StringComparer.Ordinal);
        var by = medians.ToDictionary(f => f.Variant, StringComparer.Ordinal);
        if (!by.TryGetValue("score", out var score))
            return ratios;
        foreach (var other in medians.Where(f => f.Variant is "score-1" or ScoreChild.OneCore or "decode" or "onnx" or "plain" or "plain-parallel"))
            ratios[$"score / {other.Variant}"] = score.Rate / other.Rate;
        var alone = medians.Where(f => f.Variant.EndsWith(" alone", StringComparison.Ordinal)).ToArray();
        if (alone.Length > 0)
        {
            AddShares(ratios, score, alone.Where(f => !Stages.OfNight.Contains(f.Variant)).Sum(f => f.CpuNanoseconds));
            if (by.TryGetValue("night", out var night))
                AddShares(ratios, night, alone.Sum(f => f.CpuNanoseconds));
        }
        return ratios;
    }

    private static void AddShares(Dictionary<string, double> ratios, ScoreFigures whole, double nanosecondsOfStages)
    {
        ratios[$"{whole.Variant} / (cores / sum of stages)"] = whole.Rate * nanosecondsOfStages / 1e9 / Environment.ProcessorCount;
        ratios[$"CPU of stages / CPU of {whole.Variant}"] = nanosecondsOfStages / whole.CpuNanoseconds;
    }

    private static void Print(ScoreOptions options, IReadOnlyList<ScoreFigures> medians, IReadOnlyList<ScoreFigures> raw)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Path.GetFileName(options.Model)}, {options.Rows:N0} rows, {Environment.ProcessorCount} cores, {ProcessorFacts.Name()}"));
        Console.WriteLine($"{"variant",-18}{"rows/s",12}{"spread",8}{"CPU ns/row",12}{"peak MB",9}{"managed B/row",15}  notes");
        foreach (var f in medians)
        {
            var rates = raw.Where(r => r.Variant == f.Variant).Select(r => r.Rate).ToArray();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{f.Variant,-18}{f.Rate,12:N0}{(rates.Max() - rates.Min()) / f.Rate,8:P0}" +
                $"{f.CpuNanoseconds,12:0.0}{f.PeakBytes / 1e6,9:0}{(double)f.ManagedBytes / f.Rows,15:0.0}  {f.Notes}"));
        }
        foreach (var (name, value) in Ratios(medians))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {value:0.00}"));
    }

    private static void Save(ScoreOptions options, IReadOnlyList<ScoreFigures> medians, IReadOnlyList<ScoreFigures> raw)
    {
        var (part, only) = options.Only.Count == 0 ? ("", "") : ("-part", $" --only {string.Join(',', options.Only)}");
        var model = Path.GetFileName(options.Model);
        BenchResults.Save(
            string.Create(CultureInfo.InvariantCulture, $"score-{Path.GetFileNameWithoutExtension(model)}-{options.Engine}-{options.Rows}{part}.json"),
            $"score --model {model} --rows {options.Rows} --engine {options.Engine} --repeats {options.Repeats} --unit-rows {options.UnitRows}{only}",
            medians, raw, Ratios(medians));
    }
}
