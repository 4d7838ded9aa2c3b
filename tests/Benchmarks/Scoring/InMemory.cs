using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace BatchEngine.Benchmarks.Scoring;

/// <summary>ONNX Runtime alone: rows lie in memory as the model wants them, one thread a core, no copy; the best of several batch sizes.</summary>
public static class InMemory
{
    private const int TrialRows = 131_072;
    private static readonly int[] s_batches = [1_024, 2_048, 4_096, 16_384, 65_536];

    /// <summary>Scores a number of rows, going round over 131,072 rows a thread.</summary>
    public static async Task<ScoreFigures> RunAsync(ScoreOptions options, int rows)
    {
        using var settings = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        settings.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        using var session = new InferenceSession(options.Model, settings);
        var threads = Environment.ProcessorCount;
        var data = new float[threads][];
        for (var i = 0; i < threads; i++)
        {
            data[i] = GC.AllocateUninitializedArray<float>(TrialRows * InputTable.Features, pinned: true);
            InputTable.Fill(new Random(i), data[i]);
        }
        var best = (Batch: 0, Rate: 0d);
        foreach (var batch in s_batches)
        {
            await ScoreAsync(session, data, TrialRows / 8, batch);
            var trial = await ScoreFigures.OfAsync("onnx", TrialRows, () => ScoreAsync(session, data, TrialRows, batch));
            if (trial.Rate > best.Rate)
                best = (batch, trial.Rate);
        }
        return await ScoreFigures.OfAsync("onnx", rows, () => ScoreAsync(session, data, rows, best.Batch));
    }

    private static async Task<string> ScoreAsync(InferenceSession session, float[][] data, int rows, int batch)
    {
        await Task.WhenAll(data.Select((values, thread) => Task.Run(() =>
        {
            var own = (rows / data.Length) + (thread < rows % data.Length ? 1 : 0);
            using var run = new RunOptions();
            for (var done = 0; done < own; done += batch)
            {
                var count = Math.Min(batch, own - done);
                var from = done % TrialRows;
                using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance,
                    values.AsMemory(Math.Min(from, TrialRows - count) * InputTable.Features, count * InputTable.Features), [count, InputTable.Features]);
                using var outputs = session.Run(run, session.InputNames, [input], session.OutputNames);
            }
        })));
        return string.Create(CultureInfo.InvariantCulture, $"{data.Length} threads, batch {batch}");
    }
}
