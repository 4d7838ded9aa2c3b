using BatchEngine.Domain;
using BatchEngine.Scorer.Outputs;
using Microsoft.ML.OnnxRuntime;
using ParquetSharp;

namespace BatchEngine.Benchmarks.Scoring;

/// <summary>The program one writes first: read every column, build one matrix, call the model once with ONNX Runtime's own threads, write one file.</summary>
public static class PlainProgram
{
    // ONNX Runtime indexes a call's values with 32 bits here and there; larger inputs go in several calls.
    private const int MaxRowsPerCall = 1_000_000;

    /// <summary>Reads, scores and writes.</summary>
    public static async Task<string> RunAsync(string model, string input)
    {
        var (ids, values) = Read(input);
        using var session = new InferenceSession(model);
        using var run = new RunOptions();
        var scores = new List<float[]>();
        for (var from = 0; from < ids.Length; from += MaxRowsPerCall)
        {
            var rows = Math.Min(MaxRowsPerCall, ids.Length - from);
            using var tensor = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance,
                values.AsMemory(from * InputTable.Features, rows * InputTable.Features), [rows, InputTable.Features]);
            using var outputs = session.Run(run, session.InputNames, [tensor], session.OutputNames);
            scores.Add(outputs[^1].GetTensorDataAsSpan<float>()[..rows].ToArray());
        }
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 20, FileOptions.DeleteOnClose))
        await using (var table =
            await TableWriter.CreateAsync(file, [new("id", ColumnKind.Integer, false), new("score", ColumnKind.Float, false)],
            CancellationToken.None))
        {
            var done = 0;
            foreach (var part in scores)
            {
                await table.WriteRowGroupAsync([ids[done..(done + part.Length)], part], CancellationToken.None);
                done += part.Length;
            }
            await table.CompleteAsync(CancellationToken.None);
        }
        return "one file, id and score only";
    }

    private static (long[] Ids, float[] Values) Read(string input)
    {
        using var file = new ParquetFileReader(input);
        var rows = (int)file.FileMetaData.NumRows;
        var (ids, values) = (new long[rows], new float[rows * InputTable.Features]);
        var done = 0;
        for (var i = 0; i < file.FileMetaData.NumRowGroups; i++)
        {
            using var group = file.RowGroup(i);
            var count = (int)group.MetaData.NumRows;
            using (var column = group.Column(0).LogicalReader<long>())
                column.ReadAll(count).CopyTo(ids, done);
            for (var feature = 0; feature < InputTable.Features; feature++)
            {
                using var column = group.Column(feature + 1).LogicalReader<float>();
                var read = column.ReadAll(count);
                for (var row = 0; row < count; row++)
                    values[((done + row) * InputTable.Features) + feature] = read[row];
            }
            done += count;
        }
        return (ids, values);
    }
}
