using System.Globalization;
using BatchEngine.Benchmarks.Scoring;
using BatchEngine.Domain;

namespace BatchEngine.Benchmarks.Delta;

/// <summary>Nights over files of which 2 % of the rows changed, and over unchanged files, beside full nights; and one worker's part beside its stages alone.
/// All in one process, after a warm-up.</summary>
public static class DeltaBench
{
    private const int ChangedEvery = 50;
    private const int WarmUpRows = 3 * InputTable.RowsPerGroup;

    /// <summary>Runs the benchmark.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> words)
    {
        var (model, rows, repeats) = ("", 5_000_000, 3);
        for (var i = 0; i + 1 < words.Count; i += 2)
        {
            (model, rows, repeats) = words[i] switch
            {
                "--model" => (Path.GetFullPath(words[i + 1]), rows, repeats),
                "--rows" => (model, int.Parse(words[i + 1], CultureInfo.InvariantCulture), repeats),
                "--repeats" => (model, rows, int.Parse(words[i + 1], CultureInfo.InvariantCulture)),
                _ => throw new BadInputException("command line", words[i], "--model, --rows or --repeats", "Correct the word."),
            };
        }

        await MeasureAsync(model, WarmUpRows, 1);
        var raw = await MeasureAsync(model, rows, repeats);
        var medians = raw.GroupBy(f => f.Variant).ToDictionary(g => g.Key, g => g.OrderBy(f => f.CpuSeconds).ElementAt(g.Count() / 2));
        foreach (var f in medians.Values)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{f.Variant,-22}{f.Seconds,9:0.000} s{f.CpuNanoseconds,10:0.0} CPU ns/row  {f.Notes}"));
        var ratios = Ratios(medians);
        foreach (var (name, value) in ratios)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {value:0.000}"));
        var stem = Path.GetFileNameWithoutExtension(model);
        BenchResults.Save(string.Create(CultureInfo.InvariantCulture, $"delta-{stem}-{rows}.json"),
            string.Create(CultureInfo.InvariantCulture, $"delta --model {stem}.onnx --rows {rows} --repeats {repeats}"), medians.Values, raw, ratios);
        return 0;
    }

    private static async Task<IReadOnlyList<ScoreFigures>> MeasureAsync(string model, int rows, int repeats)
    {
        string[] tables = [await InputTable.PathOfAsync(rows, CancellationToken.None),
            await InputTable.PathOfAsync(rows, CancellationToken.None, ChangedEvery)];
        await using var nights = await DeltaNights.OpenAsync(model);
        var raw = new List<ScoreFigures>();
        await nights.RunAsync("first night", tables[0], rows, full: true);
        for (var repeat = 0; repeat < repeats; repeat++)
        {
            var table = tables[(repeat + 1) % 2];
            raw.Add(await nights.RunAsync("2 % changed", table, rows, full: false));
            raw.Add(await nights.RunAsync("files unchanged", table, rows, full: false));
            raw.Add(await nights.RunAsync("full", table, rows, full: true));
        }

        for (var repeat = 0; repeat < repeats; repeat++)
            raw.AddRange(await nights.OneWorkerAsync(tables[(repeats + 1) % 2], rows));
        return raw;
    }

    private static Dictionary<string, double> Ratios(Dictionary<string, ScoreFigures> medians)
    {
        var (delta, carried, full, worker) = (medians["2 % changed"], medians["files unchanged"], medians["full"], medians["worker, 2 % changed"]);
        var stages = medians.Values.Where(f => f.Variant.EndsWith(" alone", StringComparison.Ordinal)).Sum(f => f.CpuNanoseconds);
        return new Dictionary<string, double>
        {
            ["2 % changed / full, wall"] = delta.Seconds / full.Seconds,
            ["2 % changed / full, CPU"] = delta.CpuSeconds / full.CpuSeconds,
            ["files unchanged / full, wall"] = carried.Seconds / full.Seconds,
            ["files unchanged / full, CPU"] = carried.CpuSeconds / full.CpuSeconds,
            ["worker, 2 % changed / full, CPU"] = worker.CpuSeconds / medians["worker, full"].CpuSeconds,
            ["worker, 2 % changed / decode + fingerprint + write alone, CPU"] = worker.CpuNanoseconds / stages,
        };
    }
}
