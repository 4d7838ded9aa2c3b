using System.Diagnostics;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Forests;
using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Forests.Walks;
using BatchEngine.Scorer.Graphs;

namespace BatchEngine.Benchmarks.Forests;

/// <summary>
/// Rows per second of every forest kernel on one thread, of two threads, and of single rows, beside ONNX Runtime's and XGBoost's on the same rows. All
/// contenders take turns, pass by pass, so that a
/// machine that grows slower grows slower for all; medians count.
/// </summary>
public static class ForestBench
{
    private const int Rows = 65_536;
    private const int OneRowRepeats = 400;

    /// <summary>Measures the models one after the other, prints a table for each and keeps the raw figures.</summary>
    public static void Run(ForestBenchOptions options)
    {
        foreach (var path in options.Models)
        {
            var features = ForestRows.FeaturesOf(path);
            var rows = new ForestRows(features, Rows);
            var raw = Measure(path, rows, options.Passes);
            if (options.XgboostModel is { } peer)
                raw.AddRange(XgboostPeer.Measure(peer, rows, path, options.Passes));
            ForestReport.Print(path, raw);
            ForestReport.Save(path, options, raw);
        }
    }

    private static List<ForestFigure> Measure(string path, ForestRows rows, int passes)
    {
        var model = ForestReader.Read(OnnxGraph.ReadFile(path).Nodes.Single(ForestReader.IsForest), path);
        string[] names = [.. Enumerable.Range(0, rows.Features).Select(i => $"f{i}")];
        using var forest = ExecutorFactory.Open(path, names, ExecutorOptions.Default with { Engine = "forest" });
        using var runtime = ExecutorFactory.Open(path, names, ExecutorOptions.Default with { Engine = "onnx" });
        using var onnx = new OnnxContender(path, rows);
        using var single = new ExecutorContender(forest, rows, 1);
        using var whole = new ExecutorContender(forest, rows, Rows);
        using var onnxSingle = new ExecutorContender(runtime, rows, 1);
        var kernels = ForestKernels.Available.Where(k => k != KernelNames.Reference).Select(k => (Name: k, Contender: new KernelContender(k, model, rows)))
            .ToList();
        var best = kernels[0].Name;
        var contenders = new List<(string Name, int Rows, Action Run)>
        {
            ("ONNX Runtime", OnnxContender.BatchRows, onnx.RunBatch),
            ("executor", Rows, whole.Run),
        };
        contenders.AddRange(kernels.Select(k => (k.Name, Rows, (Action)k.Contender.Run)));
        using var second = new KernelContender(best, model, rows);
        contenders.Add(($"{best}, two threads", 2 * Rows, () => InTwo(kernels[0].Contender.Run, second.Run)));
        contenders.Add(("one row: ONNX Runtime, buffers bound", OneRowRepeats, () => Repeat(onnx.RunNext)));
        contenders.Add(("one row: ONNX Runtime by our executor", OneRowRepeats, () => Repeat(onnxSingle.RunNext)));
        contenders.Add(("one row: executor", OneRowRepeats, () => Repeat(single.RunNext)));
        var raw = new List<ForestFigure>();
        for (var pass = -1; pass < passes; pass++)
        {
            foreach (var (name, count, run) in contenders)
            {
                var started = Stopwatch.GetTimestamp();
                run();
                // The first pass only warms up.
                if (pass >= 0)
                    raw.Add(new ForestFigure(name, pass, count, Stopwatch.GetElapsedTime(started).TotalSeconds));
            }
        }
        foreach (var (_, contender) in kernels)
            contender.Dispose();
        return raw;
    }

    private static void InTwo(Action first, Action second)
    {
        var thread = new Thread(() => first());
        thread.Start();
        second();
        thread.Join();
    }

    private static void Repeat(Action action)
    {
        for (var i = 0; i < OneRowRepeats; i++)
            action();
    }
}
