using System.Globalization;
using BatchEngine.Benchmarks.Scoring;

namespace BatchEngine.Benchmarks.Peers;

/// <summary>One-shot scoring beside an ML.NET pipeline, in turn in one process, both warm; ML.NET gets fewer rows of the same table, because it takes minutes
/// for all of them.</summary>
public static class MlNetBench
{
    private const int MaxPeerRows = 262_144;
    private const int WarmUpRows = 16_384;

    /// <summary>Measures and prints; leaves the raw figures.</summary>
    public static async Task<int> RunAsync(ScoreOptions options)
    {
        var peerRows = Math.Min(options.Rows, MaxPeerRows);
        var (all, few, warmUp) =
            (await InputTable.PathOfAsync(options.Rows, CancellationToken.None), await InputTable.PathOfAsync(peerRows, CancellationToken.None),
            await InputTable.PathOfAsync(WarmUpRows, CancellationToken.None));
        await MlNetProgram.RunAsync(options.Model, warmUp);
        await ScoreChild.ScoreAsync(options, all);
        var runs = new List<ScoreFigures>();
        for (var repeat = 0; repeat < options.Repeats; repeat++)
        {
            runs.Add(await ScoreFigures.OfAsync("score", options.Rows, () => ScoreChild.ScoreAsync(options, all)));
            runs.Add(await ScoreFigures.OfAsync("score, the rows of ml.net", peerRows, () => ScoreChild.ScoreAsync(options, few)));
            runs.Add(await ScoreFigures.OfAsync("ml.net", peerRows, () => MlNetProgram.RunAsync(options.Model, few)));
        }
        var medians = runs.GroupBy(r => r.Variant).ToDictionary(g => g.Key, g => g.OrderBy(r => r.Rate).ElementAt((g.Count() - 1) / 2));
        foreach (var median in medians.Values)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{median.Variant,-28}{median.Rows,12:N0} rows {median.Rate,12:N0} rows/s {median.CpuNanoseconds,10:0} CPU ns/row  {median.Notes}"));
        var ratio = medians["score"].Rate / medians["ml.net"].Rate;
        var ratioOfFew = medians["score, the rows of ml.net"].Rate / medians["ml.net"].Rate;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"score / ml.net: {ratio:0}x; on {peerRows:N0} rows each, which is mostly starting: {ratioOfFew:0}x"));
        BenchResults.Save("mlnet", options,
            new
            {
                ratio,
                ratioOfFewRows = ratioOfFew,
                scoreRowsPerSecond = medians["score"].Rate,
                mlNetRowsPerSecond = medians["ml.net"].Rate,
                mlNetRows = peerRows
            }, runs);
        return 0;
    }
}
