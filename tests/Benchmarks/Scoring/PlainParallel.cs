using System.Collections.Concurrent;
using BatchEngine.Domain;
using BatchEngine.Scorer.Outputs;
using Microsoft.ML.OnnxRuntime;
using ParquetSharp;

namespace BatchEngine.Benchmarks.Scoring;

/// <summary>The program that one writes second: a thread a core, each takes whole row groups, decodes them with ParquetSharp's low-level readers, calls its
/// ONNX Runtime session of one thread and writes a file of its own with Parquet.Net.</summary>
public static class PlainParallel
{
    private const int RowsPerCall = 4_096;

    /// <summary>Reads, scores and writes.</summary>
    public static async Task<string> RunAsync(string model, string input)
    {
        var groups = GroupsOf(input);
        var folder = Directory.CreateTempSubdirectory("batchengine-bench-").FullName;
        try
        {
            await Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount)
                .Select(thread => Task.Run(() => WorkAsync(model, input, groups, Path.Combine(folder, $"{thread}.parquet")))));
            return $"{Environment.ProcessorCount} threads, id and score only";
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static ConcurrentQueue<int> GroupsOf(string input)
    {
        using var file = new ParquetFileReader(input);
        return new ConcurrentQueue<int>(Enumerable.Range(0, file.FileMetaData.NumRowGroups));
    }

    private static async Task WorkAsync(string model, string input, ConcurrentQueue<int> groups, string output)
    {
        using var settings = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        using var session = new InferenceSession(model, settings);
        using var reader = new ParquetFileReader(input);
        await using var file = File.Create(output);
        await using var table = await TableWriter.CreateAsync(file, [new("id", ColumnKind.Integer, false), new("score", ColumnKind.Float, false)],
            CancellationToken.None);
        var (columns, matrix) = (new float[InputTable.RowsPerGroup], new float[InputTable.RowsPerGroup * InputTable.Features]);
        while (groups.TryDequeue(out var group))
        {
            var (ids, scores) = ScoreGroup(reader, group, session, columns, matrix);
            await table.WriteRowGroupAsync([ids, scores], CancellationToken.None);
        }
        await table.CompleteAsync(CancellationToken.None);
        file.Flush(flushToDisk: true);
    }

    private static (long[] Ids, float[] Scores) ScoreGroup(ParquetFileReader reader, int index, InferenceSession session, float[] column, float[] matrix)
    {
        using var group = reader.RowGroup(index);
        var rows = (int)group.MetaData.NumRows;
        var (ids, scores) = (new long[rows], new float[rows]);
        ReadAll<long>(group, 0, ids);
        for (var feature = 0; feature < InputTable.Features; feature++)
        {
            ReadAll<float>(group, feature + 1, column.AsSpan(0, rows));
            for (var row = 0; row < rows; row++)
                matrix[(row * InputTable.Features) + feature] = column[row];
        }
        using var run = new RunOptions();
        for (var from = 0; from < rows; from += RowsPerCall)
        {
            var count = Math.Min(RowsPerCall, rows - from);
            using var tensor = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance,
                matrix.AsMemory(from * InputTable.Features, count * InputTable.Features), [count, InputTable.Features]);
            using var outputs = session.Run(run, session.InputNames, [tensor], session.OutputNames);
            outputs[^1].GetTensorDataAsSpan<float>()[..count].CopyTo(scores.AsSpan(from));
        }
        return (ids, scores);
    }

    private static void ReadAll<T>(ParquetSharp.RowGroupReader group, int column, Span<T> target)
        where T : unmanaged
    {
        using var reader = (ColumnReader<T>)group.Column(column);
        for (var done = 0; done < target.Length;)
        {
            reader.ReadBatch(target.Length - done, default, default, target[done..], out var read);
            done += (int)read;
        }
    }
}
