using System.Diagnostics;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Forests;
using BatchEngine.Scorer.Execution.Graphs;
using BatchEngine.Scorer.Execution.Onnx;

namespace BatchEngine.Benchmarks.Opening;

/// <summary>The steps of opening a forest, one after the other on one thread, and the whole as scoring does it.</summary>
internal static class OpeningParts
{
    /// <summary>Inspects and opens, as a scoring does.</summary>
    public static IReadOnlyList<OpeningFigure> Whole(string path, bool isCold)
    {
        var figures = new List<OpeningFigure>();
        GC.Collect();
        Take("inspect and open", () =>
        {
            var signature = OnnxModel.Inspect(path);
            ExecutorFactory.Open(path, Names((int)signature.Inputs[0].Shape[1])).Dispose();
            return 0;
        }, isCold, figures);
        return figures;
    }

    /// <summary>Each part.</summary>
    public static IReadOnlyList<OpeningFigure> Each(string path, bool isCold)
    {
        var figures = new List<OpeningFigure>();
        GC.Collect();
        var graph = Take("read the graph", () => OnnxGraph.ReadFile(path), isCold, figures);
        Take("read the forest", () => ForestReader.Read(graph.Nodes.Single(ForestReader.IsForest), path), isCold, figures);
        var features = Names((int)graph.Inputs[0].Shape![1]);
        using var runtime = Take("open in ONNX Runtime", () => OnnxModel.Open(path, features, ExecutorOptions.Default), isCold, figures);
        var columns = Take("translate the graph", () => ColumnGraph.Of(graph, [], features.Length, path).Graph!, isCold, figures);
        var walk = Take("lay out for walking", () => new WalkForest(columns.Forest.Model), isCold, figures);
        var plan = Take("lay out in bits", () => SlicePlanner.Plan(columns.Forest.Model, walk), isCold, figures);
        Take("choose the kernel", () => KernelChoice.Measure(columns.Forest.Model, walk, plan), isCold, figures);
        var forest = Take("walk, bits and kernel", () => new LoadedForest(runtime, columns), isCold, figures);
        Take("compare with ONNX Runtime", () => ForestProbe.Difference(forest, runtime), isCold, figures);
        return figures;
    }

    private static string[] Names(int count) => [.. Enumerable.Range(0, count).Select(i => $"f{i}")];

    private static T Take<T>(string part, Func<T> work, bool isCold, List<OpeningFigure> figures)
    {
        using var process = Process.GetCurrentProcess();
        var (cpu, managed, started) = (process.TotalProcessorTime, GC.GetTotalAllocatedBytes(), Stopwatch.GetTimestamp());
        var result = work();
        var elapsed = Stopwatch.GetElapsedTime(started);
        process.Refresh();
        figures.Add(new OpeningFigure(part, isCold, elapsed.TotalMilliseconds, (process.TotalProcessorTime - cpu).TotalMilliseconds, GC.GetTotalAllocatedBytes() - managed));
        return result;
    }
}
