using BatchEngine.Domain;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Inputs;
using BatchEngine.Scorer.Outputs;
using BatchEngine.Storage.Blobs;

namespace BatchEngine.Benchmarks.Scoring;

/// <summary>The stages of scoring, each alone, with the very classes that the scorer uses.</summary>
public static class Stages
{
    /// <summary>Decodes the whole file with one thread a core and throws the values away.</summary>
    public static async Task<string> DecodeAllAsync(ScoreOptions options, string input)
    {
        var threads = Environment.ProcessorCount;
        await Task.WhenAll(Enumerable.Range(0, threads).Select(t => Task.Run(() => Decode(options, input, t, threads))));
        return $"{threads} threads";
    }

    /// <summary>Decode, transform, inference and write one after the other on one thread: figures of each.</summary>
    public static async Task<IReadOnlyList<ScoreFigures>> EachAsync(ScoreOptions options, string input, int rows)
    {
        var manifest = await InputCatalog.FreezeAsync([input], [], CancellationToken.None);
        var spec = FeatureSpec.AsIs(manifest.Columns.Skip(1).Select(c => c.Name));
        using var model = ExecutorFactory.Open(options.Model, spec.FeatureNames, ExecutorOptions.Default with { Engine = options.Engine });
        var features = CompiledFeatures.Compile(spec, manifest.Columns, model.WantedStorage);
        IReadOnlyList<InputColumn> columns = [.. features.Sources, manifest.Columns[0]];
        using var batch = new ColumnBatch(columns, options.UnitRows);
        using var matrix = features.CreateMatrix(options.UnitRows);
        features.Bind(batch, matrix);
        using (var file = InputFileReader.Open(input))
        using (var group = file.OpenRowGroup(0, [.. columns.Select(c => c.Name)]))
            group.Read(batch, options.UnitRows);
        var predictions = new PredictionBlock(model.Outputs.Count, options.UnitRows);
        using var executor = model.CreateExecutor();
        var units = Math.Max(1, rows / batch.Rows);
        var done = (long)units * batch.Rows;
        return
        [
            await ScoreFigures.OfAsync("decode alone", rows, () => Task.FromResult(Decode(options, input, 0, 1))),
            await ScoreFigures.OfAsync("transform alone", done, () => Repeat(units, () => features.Transform(batch, matrix))),
            await ScoreFigures.OfAsync("inference alone", done, () => Repeat(units, () => executor.Score(matrix, predictions))),
            await ScoreFigures.OfAsync("write alone", done, () => WriteAsync(units, columns, model, batch, predictions)),
        ];
    }

    private static string Decode(ScoreOptions options, string input, int thread, int threads)
    {
        using var file = InputFileReader.Open(input);
        using var batch = new ColumnBatch(file.Columns, options.UnitRows);
        for (var i = thread; i < file.RowGroupCount; i += threads)
        {
            using var group = file.OpenRowGroup(i, [.. file.Columns.Select(c => c.Name)]);
            while (group.Read(batch, options.UnitRows) > 0)
            {
                // Only the decoding counts.
            }
        }
        return "1 thread";
    }

    private static Task<string> Repeat(int units, Action action)
    {
        for (var i = 0; i < units; i++)
            action();
        return Task.FromResult("1 thread");
    }

    private static async Task<string> WriteAsync(int units, IReadOnlyList<InputColumn> columns, LoadedModel model, ColumnBatch batch, PredictionBlock predictions)
    {
        const int unitsPerFile = 8;
        var folder = Directory.CreateTempSubdirectory("batchengine-bench-").FullName;
        try
        {
            var blobs = new LocalFolderBlobs(folder);
            var schema = new PredictionSchema("id", columns.Count - 1, columns, [], model.Outputs, "model/0", "score", DateTimeOffset.UnixEpoch);
            var file = new PredictionFile(schema, TableCompression.Snappy);
            for (var unit = 0; unit < units;)
            {
                await using var blob = await blobs.CreateAsync($"part-{unit}.parquet", CancellationToken.None);
                await file.StartAsync(blob.Content, CancellationToken.None);
                for (var i = 0; i < unitsPerFile && unit < units; i++, unit++)
                    await file.WriteAsync(new UnitRows(batch, predictions, default, batch.Rows, (long)unit * batch.Rows), CancellationToken.None);
                await file.CompleteAsync();
                await blob.CommitAsync(CancellationToken.None);
            }
            return "1 thread";
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
