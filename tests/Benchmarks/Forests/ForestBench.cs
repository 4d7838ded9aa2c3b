using System.Diagnostics;
using System.Globalization;
using BatchEngine.Scorer.Execution.Forests;
using BatchEngine.Scorer.Execution.Graphs;
using Microsoft.ML.OnnxRuntime;

namespace BatchEngine.Benchmarks.Forests;

/// <summary>Rows per second of every forest kernel on one thread, beside ONNX Runtime's on the same rows; medians of several passes.</summary>
public static class ForestBench
{
    private const int Features = 50;
    private const int Rows = 65_536;
    private const int Passes = 7;

    /// <summary>Measures the given model files (single forests over 50 float features) and writes one line per model and kernel.</summary>
    public static void Run(IEnumerable<string> models, TextWriter output, IReadOnlyList<string>? kernels = null)
    {
        var columns = Columns();
        foreach (var path in models)
        {
            var graph = OnnxGraph.ReadFile(path);
            var model = ForestReader.Read(graph.Nodes.Single(ForestReader.IsForest), path);
            var runtime = kernels is null || kernels.Contains("onnx") ? OnnxRate(path, columns) : double.NaN;
            output.WriteLine(Line(Path.GetFileName(path), "onnx runtime, 1 thread", runtime, runtime));
            foreach (var name in ForestKernels.Available.Where(k => k != ForestKernels.Reference && (kernels is null || kernels.Contains(k))))
            {
                using var kernel = ForestKernels.Create(name, model);
                output.WriteLine(Line(Path.GetFileName(path), name, KernelRate(kernel, columns, model.TargetCount, Rows), runtime));
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"    one row: {1e6 / KernelRate(kernel, columns, model.TargetCount, 1):0.0} us"));
            }
        }
    }

    private static string Line(string model, string kernel, double rate, double runtime) =>
        string.Create(CultureInfo.InvariantCulture, $"{model,-16} {kernel,-24} {rate,12:N0} rows/s {rate / runtime,7:0.0}x");

    // Normal values, as the models were trained on.
    private static float[][] Columns()
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, Features).Select(_ => Enumerable.Range(0, Rows).Select(_ => Normal(random)).ToArray())];
    }

    private static float Normal(Random random) => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));

    private static double OnnxRate(string path, float[][] columns)
    {
        const int batch = 16_384;
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        using var session = new InferenceSession(path, options);
        var rows = new float[batch * Features];
        for (var row = 0; row < batch; row++)
        {
            for (var feature = 0; feature < Features; feature++)
                rows[(row * Features) + feature] = columns[feature][row];
        }
        using var input = OrtValue.CreateTensorValueFromMemory(rows, [batch, Features]);
        using var run = new RunOptions();
        return Median(() =>
        {
            using var outputs = session.Run(run, session.InputNames, [input], session.OutputNames);
        }, batch);
    }

    private static unsafe double KernelRate(ForestKernel kernel, float[][] columns, int targets, int rows)
    {
        var pinned = columns.Select(c =>
        {
            var copy = GC.AllocateUninitializedArray<float>(Rows, pinned: true);
            c.CopyTo(copy, 0);
            return copy;
        }).ToArray();
        var sums = GC.AllocateUninitializedArray<float>(targets * Rows, pinned: true);
        var addresses = pinned.Select(p => System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(p, 0)).ToArray();
        var repeats = rows == 1 ? 200 : 1;
        return Median(() =>
        {
            fixed (nint* from = addresses)
            fixed (float* to = sums)
            {
                for (var i = 0; i < repeats; i++)
                    kernel.Sum((float**)from, rows, to, Rows);
            }
        }, rows * repeats);
    }

    private static double Median(Action action, int rows)
    {
        action();
        action();
        var rates = new List<double>();
        for (var pass = 0; pass < Passes; pass++)
        {
            var started = Stopwatch.GetTimestamp();
            action();
            rates.Add(rows / Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        rates.Sort();
        return rates[Passes / 2];
    }
}
