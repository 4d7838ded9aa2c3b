using System.Diagnostics;
using System.Globalization;
using BatchEngine.Benchmarks.Scoring;
using BatchEngine.Domain;
using BatchEngine.Host.Bench;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Measuring;
using BatchEngine.Scorer.Profiles;

namespace BatchEngine.Benchmarks.Profiles;

/// <summary>What profiles cost: counting alone on one thread, and whole runs with and without profiles in turn.</summary>
public static class ProfileBench
{
    private const int UnitRows = 32_768;
    private const int Passes = 15;

    /// <summary>Measures and prints; leaves the raw figures.</summary>
    public static async Task<int> RunAsync(ScoreOptions options)
    {
        var input = await InputTable.PathOfAsync(options.Rows, CancellationToken.None);
        using var model = await MeasuredModel.OpenAsync(options.Model, null, [input], "id", ExecutorOptions.Default with { Engine = options.Engine },
            Environment.ProcessorCount, CancellationToken.None);
        var alone = CountAlone(model, input);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"counting alone, one thread, {InputTable.Features} columns and {model.Plan.Outputs.Count} outputs: " +
            $"every row {alone.Whole:0.0} ns a row, one block in five {alone.OneInFive:0.0} ns a row of all"));
        var runs = new List<(bool WithProfiles, StageFigures Figures)>();
        var bare = Night.WithoutProfiles(model.Plan);
        for (var repeat = 0; repeat <= options.Repeats; repeat++)
        {
            foreach (var withProfiles in repeat % 2 == 0 ? new[] { true, false } : [false, true])
            {
                var folder = Directory.CreateTempSubdirectory("batchengine-bench-").FullName;
                var (scored, _) = await WholeRun.RunAsync(withProfiles ? model.Plan : bare, model.Model, Environment.ProcessorCount, folder,
                    CancellationToken.None);
                Directory.Delete(folder, recursive: true);
                if (repeat > 0)
                    runs.Add((withProfiles, scored));
            }
        }
        var with = Middle(runs.Where(r => r.WithProfiles).Select(r => r.Figures.CpuNanosecondsPerRow));
        var without = Middle(runs.Where(r => !r.WithProfiles).Select(r => r.Figures.CpuNanosecondsPerRow));
        var counted = model.Plan.Manifest.Rows >= 2 * ProfileSampling.WholeRows ? alone.OneInFive * 5 / ProfileSampling.OneInFor(model.Plan.Manifest.Rows)
            : alone.Whole;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"run of {options.Rows:N0} rows ({model.Model.Name}): {with:0.0} CPU ns a row with profiles, {without:0.0} without: " +
            $"{(with - without) / with:P1}; counting alone / run: {counted / with:P1}"));
        BenchResults.Save("profiles", options,
            new
            {
                countingAloneNanoseconds = new { alone.Whole, alone.OneInFive },
                withProfiles = with,
                withoutProfiles = without,
                shareByDifference = (with - without) / with,
                shareOfCountingAlone = counted / with
            },
            runs.Select(r => new { r.WithProfiles, r.Figures }));
        return 0;
    }

    private static (double Whole, double OneInFive) CountAlone(MeasuredModel model, string input)
    {
        using var file = InputFileReader.Open(input);
        using var batch = new UnitColumns(file.Columns, UnitRows);
        using var group = file.OpenRowGroup(0, [.. file.Columns.Select(c => c.Name)]);
        group.Read(batch, UnitRows);
        var predictions = new UnitPredictions(model.Plan.Outputs.Count, UnitRows) { Rows = UnitRows };
        for (var i = 0; i < model.Plan.Outputs.Count; i++)
            InputTable.Fill(new Random(i), predictions.Column(i));
        return (Nanoseconds(1), Nanoseconds(5 * ProfileSampling.WholeRows));

        double Nanoseconds(long manifestRows)
        {
            var collector = new ProfileCollector(model.Plan.ProfileEdges, file.Columns, model.Plan.Outputs, manifestRows, []);
            var times = new List<double>();
            for (var pass = 0; pass < Passes + 3; pass++)
            {
                var started = Stopwatch.GetTimestamp();
                for (var unit = 0; unit < 8; unit++)
                    collector.Add(batch, predictions, unit * UnitRows);
                if (pass >= 3)
                    times.Add(Stopwatch.GetElapsedTime(started).TotalNanoseconds / (8 * UnitRows));
            }
            return Middle(times);
        }
    }

    private static double Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[(sorted.Length - 1) / 2];
    }
}
