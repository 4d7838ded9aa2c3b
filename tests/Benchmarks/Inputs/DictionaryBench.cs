using System.Globalization;
using BatchEngine.Benchmarks.Scoring;
using BatchEngine.Host.Bench;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Measuring;
using ParquetSharp;
using ParquetSharp.Arrow;

namespace BatchEngine.Benchmarks.Inputs;

/// <summary>
/// Scoring dictionary-encoded columns by their indices: whether the reader gives the indices of a numeric column, and what they could save at most. The same
/// few values a column are written
/// with and without dictionaries; decode and quantise are measured alone, and the whole run beside them.
/// </summary>
public static class DictionaryBench
{
    private static readonly TimeSpan s_stage = TimeSpan.FromMilliseconds(500);
    private static readonly int[] s_distinct = [4, 64, 1_000];

    /// <summary>Measures and prints; leaves the raw figures.</summary>
    public static async Task<int> RunAsync(ScoreOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("batchengine-bench-").FullName;
        var runs = new List<object>();
        try
        {
            foreach (var distinct in s_distinct)
            {
                foreach (var withDictionary in new[] { true, false })
                {
                    var path = Path.Combine(folder, $"{distinct}-{withDictionary}.parquet");
                    Write(path, options.Rows, distinct, withDictionary);
                    runs.Add(await MeasureAsync(options, path, distinct, withDictionary, folder));
                    File.Delete(path);
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        BenchResults.Save("dictionaries", options, new { note = "see runs: medians of the repeats" }, runs);
        return 0;
    }

    private static async Task<object> MeasureAsync(ScoreOptions options, string path, int distinct, bool withDictionary, string folder)
    {
        var read = ReadType(path);
        using var model = await MeasuredModel.OpenAsync(options.Model, null, [path], "id", ExecutorOptions.Default with { Engine = options.Engine },
            Environment.ProcessorCount, CancellationToken.None);
        var figures = new List<StageFigures>();
        for (var repeat = 0; repeat <= options.Repeats; repeat++)
        {
            var files = Directory.CreateDirectory(Path.Combine(folder, "files")).FullName;
            using (var stages = new ScoringStages(model, files))
            {
                StageFigures[] passes = [await stages.DecodeAsync(1, CancellationToken.None), await stages.QuantiseAsync(s_stage),
                    await stages.ModelAsync(s_stage),
                    (await WholeRun.RunAsync(model.Plan, model.Model, Environment.ProcessorCount, files, CancellationToken.None)).Scored];
                if (repeat > 0)
                    figures.AddRange(passes);
            }
            Directory.Delete(files, recursive: true);
        }
        var medians = figures.GroupBy(f => f.Stage).ToDictionary(g => g.Key, g => StageFigures.Median([.. g]).CpuNanosecondsPerRow);
        var bytes = new FileInfo(path).Length;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{distinct,6:N0} values a column, {(withDictionary ? "dictionary" : "plain"),-10} {(double)bytes / options.Rows,7:0.0} bytes a row, " +
            $"Arrow reads it as {read}: decode {medians[StageNames.Decode]:0.0}, quantise {medians[StageNames.Quantise]:0.0}, " +
            $"model {medians[StageNames.Model]:0.0}, run {medians[StageNames.EndToEnd]:0.0} CPU ns a row"));
        return new { distinct, withDictionary, bytes, arrowTypeWhenAskedForDictionaries = read, medianCpuNanosecondsPerRow = medians, passes = figures };
    }

    // What the Arrow reader gives for a float column when it is asked for dictionaries.
    private static string ReadType(string path)
    {
        using var properties = ArrowReaderProperties.GetDefault();
        properties.SetReadDictionary(1, true);
        using var reader = new FileReader(path, null, properties);
        return reader.Schema.FieldsList[1].DataType.Name;
    }

    private static void Write(string path, int rows, int distinct, bool withDictionary)
    {
        Column[] columns = [new Column<long>("id"), .. Enumerable.Range(0, InputTable.Features).Select(i => new Column<float>($"f{i}"))];
        using var builder = new WriterPropertiesBuilder();
        builder.Compression(Compression.Snappy);
        if (!withDictionary)
            builder.DisableDictionary();
        using var properties = builder.Build();
        using var file = new ParquetFileWriter(path, columns, properties);
        var random = new Random(7);
        var values = new float[distinct];
        InputTable.Fill(random, values);
        for (var from = 0; from < rows; from += InputTable.RowsPerGroup)
        {
            var count = Math.Min(InputTable.RowsPerGroup, rows - from);
            using var group = file.AppendRowGroup();
            using (var id = group.NextColumn().LogicalWriter<long>())
                id.WriteBatch([.. Enumerable.Range(from, count).Select(i => (long)i)]);
            for (var column = 0; column < InputTable.Features; column++)
            {
                var data = new float[count];
                for (var row = 0; row < count; row++)
                    data[row] = values[random.Next(distinct)];
                using var writer = group.NextColumn().LogicalWriter<float>();
                writer.WriteBatch(data);
            }
        }
        file.Close();
    }
}
