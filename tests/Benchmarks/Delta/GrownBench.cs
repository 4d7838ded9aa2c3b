using System.Globalization;
using BatchEngine.Benchmarks.Scoring;
using BatchEngine.Domain;

namespace BatchEngine.Benchmarks.Delta;

/// <summary>Nights after a model got more trees, over the same files and over 2 % changed rows, beside full nights of the new model. All in one process,
/// after a warm-up.</summary>
public static class GrownBench
{
    private const int ChangedEvery = 50;
    private const int WarmUpRows = 3 * InputTable.RowsPerGroup;

    /// <summary>Runs the benchmark.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> words)
    {
        var (model, trees, rows, repeats) = ("", 450, 5_000_000, 3);
        for (var i = 0; i + 1 < words.Count; i += 2)
        {
            var number = words[i] == "--model" ? 0 : int.Parse(words[i + 1], CultureInfo.InvariantCulture);
            (model, trees, rows, repeats) = words[i] switch
            {
                "--model" => (Path.GetFullPath(words[i + 1]), trees, rows, repeats),
                "--parent-trees" => (model, number, rows, repeats),
                "--rows" => (model, trees, number, repeats),
                "--repeats" => (model, trees, rows, number),
                _ => throw new BadInputException("command line", words[i], "--model, --parent-trees, --rows or --repeats", "Correct the word."),
            };
        }

        var folder = Directory.CreateTempSubdirectory("batchengine-grown-").FullName;
        try
        {
            var (parent, whole) = (Path.Combine(folder, "parent.onnx"), Path.Combine(folder, "model.onnx"));
            ForestCut.Write(model, trees, parent);
            ForestCut.Write(model, int.MaxValue, whole);
            await MeasureAsync(parent, whole, WarmUpRows, 1);
            var raw = await MeasureAsync(parent, whole, rows, repeats);
            var medians = raw.GroupBy(f => f.Variant).ToDictionary(g => g.Key, g => g.OrderBy(f => f.CpuSeconds).ElementAt(g.Count() / 2));
            foreach (var f in medians.Values)
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{f.Variant,-28}{f.Seconds,9:0.000} s{f.CpuNanoseconds,10:0.0} CPU ns/row  {f.Notes}"));
            Save(Path.GetFileNameWithoutExtension(model), trees, rows, repeats, raw, medians);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static async Task<IReadOnlyList<ScoreFigures>> MeasureAsync(string parent, string whole, int rows, int repeats)
    {
        string[] tables = [await InputTable.PathOfAsync(rows, CancellationToken.None),
            await InputTable.PathOfAsync(rows, CancellationToken.None, ChangedEvery)];
        await using var nights = await DeltaNights.OpenAsync(parent, keepsSums: true);
        var raw = new List<ScoreFigures>();
        for (var repeat = 0; repeat < repeats; repeat++)
        {
            for (var changed = 0; changed < 2; changed++)
            {
                nights.Model = parent;
                await nights.RunAsync("parent", tables[0], rows, full: true);
                nights.Model = whole;
                raw.Add(await nights.RunAsync(changed == 0 ? "grown, rows unchanged" : "grown, 2 % changed", tables[changed], rows, full: false));
            }
            raw.Add(await nights.RunAsync("full", tables[1], rows, full: true));
        }

        nights.Model = parent;
        await nights.RunAsync("parent", tables[0], rows, full: true);
        nights.Model = whole;
        for (var repeat = 0; repeat < repeats; repeat++)
            raw.AddRange(await nights.GrownWorkerAsync(tables[1], rows));
        return raw;
    }

    private static void Save(string name, int trees, int rows, int repeats, IReadOnlyList<ScoreFigures> raw, Dictionary<string, ScoreFigures> medians)
    {
        double Cpu(string variant, string full) => medians[variant].CpuSeconds / medians[full].CpuSeconds;
        var ratios = new Dictionary<string, double>
        {
            ["grown, rows unchanged / full, CPU"] = Cpu("grown, rows unchanged", "full"),
            ["grown, rows unchanged / full, wall"] = medians["grown, rows unchanged"].Seconds / medians["full"].Seconds,
            ["grown, 2 % changed / full, CPU"] = Cpu("grown, 2 % changed", "full"),
            ["grown, 2 % changed / full, wall"] = medians["grown, 2 % changed"].Seconds / medians["full"].Seconds,
            ["worker, grown, 2 % changed / full, CPU"] = Cpu("worker, grown, 2 % changed", "worker, full"),
        };
        foreach (var (what, value) in ratios)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {value:0.000}"));
        BenchResults.Save(string.Create(CultureInfo.InvariantCulture, $"grown-{name}-{trees}-{rows}.json"),
            string.Create(CultureInfo.InvariantCulture, $"grown --model {name}.onnx --parent-trees {trees} --rows {rows} --repeats {repeats}"), medians.Values,
                raw, ratios);
    }
}
