using System.Globalization;
using BatchEngine.Benchmarks.Delta;
using BatchEngine.Benchmarks.Scoring;
using BatchEngine.Domain;
using BatchEngine.Storage.Blobs.Remote;

namespace BatchEngine.Benchmarks.Places;

/// <summary>Full nights with the state in PostgreSQL and the bytes in a bucket, beside full nights with a SQLite file and a folder. Both in one process, in
/// turns, after a warm-up. The servers are given: they run on this machine and take their part of its cores.</summary>
public static class PlacesBench
{
    private const int WarmUpRows = 3 * InputTable.RowsPerGroup;
    private const string Here = "SQLite + folder", Elsewhere = "PostgreSQL + bucket";

    /// <summary>Runs the benchmark.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> words)
    {
        var (model, rows, repeats, database, blobs, endpoint) = ("", 5_000_000, 3, "", "", "");
        for (var i = 0; i + 1 < words.Count; i += 2)
        {
            _ = words[i] switch
            {
                "--model" => model = Path.GetFullPath(words[i + 1]),
                "--rows" => $"{rows = int.Parse(words[i + 1], CultureInfo.InvariantCulture)}",
                "--repeats" => $"{repeats = int.Parse(words[i + 1], CultureInfo.InvariantCulture)}",
                "--database" => database = words[i + 1],
                "--blobs" => blobs = words[i + 1],
                "--endpoint" => endpoint = words[i + 1],
                _ => throw new BadInputException("command line", words[i], "--model, --rows, --repeats, --database, --blobs or --endpoint",
                    "Correct the word."),
            };
        }

        await using var here = await DeltaNights.OpenAsync(model);
        await using var elsewhere = await DeltaNights.OpenAsync(model, with: c => c with
        {
            Database = database,
            Blobs = blobs,
            ObjectStore = ObjectStoreOptions.Default with { Endpoint = endpoint },
        });
        var raw = new List<ScoreFigures>();
        foreach (var (count, times) in new[] { (WarmUpRows, 1), (rows, repeats) })
        {
            var table = await InputTable.PathOfAsync(count, CancellationToken.None);
            raw.Clear();
            for (var repeat = 0; repeat < times; repeat++)
            {
                raw.Add(await here.RunAsync(Here, table, count, full: true));
                raw.Add(await elsewhere.RunAsync(Elsewhere, table, count, full: true));
            }
        }

        var medians = raw.GroupBy(f => f.Variant).ToDictionary(g => g.Key, g => g.OrderBy(f => f.Seconds).ElementAt(g.Count() / 2));
        foreach (var f in medians.Values)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{f.Variant,-22}{f.Seconds,9:0.000} s{f.CpuNanoseconds,10:0.0} CPU ns/row  {f.Notes}"));
        var ratios = new Dictionary<string, double> { [$"speed, {Elsewhere} / {Here}"] = medians[Here].Seconds / medians[Elsewhere].Seconds };
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ratios.Keys.Single()}: {ratios.Values.Single():0.000}"));
        var stem = Path.GetFileNameWithoutExtension(model);
        BenchResults.Save(string.Create(CultureInfo.InvariantCulture, $"places-{stem}-{rows}.json"),
            string.Create(CultureInfo.InvariantCulture,
                $"places --model {stem}.onnx --rows {rows} --repeats {repeats} --database Host=... --blobs {blobs} --endpoint {endpoint}"),
            medians.Values, raw, ratios);
        return 0;
    }
}
