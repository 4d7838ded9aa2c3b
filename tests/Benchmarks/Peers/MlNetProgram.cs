using BatchEngine.Benchmarks.Scoring;
using BatchEngine.Domain;
using BatchEngine.Scorer.Outputs;
using Microsoft.ML;
using Microsoft.ML.Data;
using ParquetSharp;

namespace BatchEngine.Benchmarks.Peers;

/// <summary>The same work in ML.NET: rows from Parquet, its ONNX transformer, one Parquet file of id and score. Columns are read in bulk, row group by row
/// group; the pipeline itself goes row by row, as ML.NET's do.</summary>
public static class MlNetProgram
{
    /// <summary>Reads, scores and writes.</summary>
    public static async Task<string> RunAsync(string model, string input)
    {
        var context = new MLContext(seed: 1);
        using var session = new Microsoft.ML.OnnxRuntime.InferenceSession(model);
        var (source, score) = (session.InputNames[0], session.OutputNames[^1]);
        var schema = SchemaDefinition.Create(typeof(Row));
        schema[nameof(Row.Features)].ColumnName = source;
        var rows = context.Data.LoadFromEnumerable(Rows(input), schema);
        var pipeline = context.Transforms.ApplyOnnxModel([score], [source], model);
        using var transformer = (IDisposable)pipeline.Fit(rows);
        var scored = ((ITransformer)transformer).Transform(rows);
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20, FileOptions.DeleteOnClose);
        await using var table = await TableWriter.CreateAsync(file, [new("id", ColumnKind.Integer, false), new("score", ColumnKind.Float, false)],
            CancellationToken.None);
        foreach (var (ids, scores) in Blocks(scored, score))
            await table.WriteRowGroupAsync([ids, scores], CancellationToken.None);
        await table.CompleteAsync(CancellationToken.None);
        return "Microsoft.ML.OnnxTransformer, one file, id and score only";
    }

    private static IEnumerable<Row> Rows(string input)
    {
        using var file = new ParquetFileReader(input);
        for (var i = 0; i < file.FileMetaData.NumRowGroups; i++)
        {
            using var group = file.RowGroup(i);
            var count = (int)group.MetaData.NumRows;
            using var id = group.Column(0).LogicalReader<long>();
            var ids = id.ReadAll(count);
            var columns = new float[InputTable.Features][];
            for (var feature = 0; feature < columns.Length; feature++)
            {
                using var column = group.Column(feature + 1).LogicalReader<float>();
                columns[feature] = column.ReadAll(count);
            }
            for (var row = 0; row < count; row++)
            {
                var features = new float[columns.Length];
                for (var feature = 0; feature < columns.Length; feature++)
                    features[feature] = columns[feature][row];
                yield return new Row { Id = ids[row], Features = features };
            }
        }
    }

    private static IEnumerable<(long[] Ids, float[] Scores)> Blocks(IDataView scored, string column)
    {
        using var cursor = scored.GetRowCursor([scored.Schema[nameof(Row.Id)], scored.Schema[column]]);
        var (id, score) = (cursor.GetGetter<long>(scored.Schema[nameof(Row.Id)]), cursor.GetGetter<VBuffer<float>>(scored.Schema[column]));
        var (ids, scores) = (new List<long>(InputTable.RowsPerGroup), new List<float>(InputTable.RowsPerGroup));
        var (nextId, nextScore) = (0L, default(VBuffer<float>));
        while (cursor.MoveNext())
        {
            id(ref nextId);
            score(ref nextScore);
            ids.Add(nextId);
            scores.Add(nextScore.GetItemOrDefault(0));
            if (ids.Count < InputTable.RowsPerGroup)
                continue;
            yield return ([.. ids], [.. scores]);
            ids.Clear();
            scores.Clear();
        }
        if (ids.Count > 0)
            yield return ([.. ids], [.. scores]);
    }

    private sealed class Row
    {
        public long Id { get; set; }

        [VectorType(InputTable.Features)]
        public float[] Features { get; set; } = [];
    }
}
