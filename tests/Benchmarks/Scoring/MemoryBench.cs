using System.Globalization;

namespace BatchEngine.Benchmarks.Scoring;

/// <summary>Peak memory of whole scorings by rows and workers, and what a further million rows allocates: the largest file's garbage less the
/// smallest's.</summary>
public static class MemoryBench
{
    private static readonly int[] s_rows = [2_000_000, 5_000_000, 20_000_000];
    private static readonly int[] s_workers = [1, 2];

    /// <summary>Measures and prints; leaves the raw figures. The files of this benchmark stay in the temporary folder: 4 GB for the largest.</summary>
    public static async Task<int> RunAsync(ScoreOptions options)
    {
        var runs = new List<(int Workers, ScoreFigures Figures)>();
        foreach (var rows in s_rows)
        {
            await InputTable.PathOfAsync(rows, CancellationToken.None);
            foreach (var workers in s_workers)
                runs.AddRange(ScoreBench.Child(options with { Rows = rows, Workers = workers }, "score").Select(f => (workers, f)));
        }
        foreach (var (workers, f) in runs)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{f.Rows,12:N0} rows, {workers} workers: peak {f.PeakBytes / 1e6,4:0} MB, {f.Rate,12:N0} rows/s, " +
                $"{f.CpuNanoseconds:0.0} CPU ns a row, managed {f.ManagedBytes / 1e6:0.0} MB"));
        var slopes = s_workers.ToDictionary(w => w, w => Slope([.. runs.Where(r => r.Workers == w).Select(r => r.Figures).OrderBy(f => f.Rows)]));
        foreach (var (workers, slope) in slopes)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{workers} workers: {slope:0.00} MB of managed allocation a million rows"));
        BenchResults.Save("memory", options with { Rows = s_rows[^1] },
            new { managedMegabytesPerMillionRows = slopes.Select(s => new { workers = s.Key, megabytes = s.Value }) },
            runs.Select(r => new { workers = r.Workers, r.Figures }));
        return 0;
    }

    private static double Slope(ScoreFigures[] byRows) => (double)(byRows[^1].ManagedBytes - byRows[0].ManagedBytes) / (byRows[^1].Rows - byRows[0].Rows);
}
