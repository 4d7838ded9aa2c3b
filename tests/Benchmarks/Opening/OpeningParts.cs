using System.Diagnostics;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Forests;
using BatchEngine.Scorer.Forests.Graph;
using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Forests.Slices.Planning;
using BatchEngine.Scorer.Forests.Walks;
using BatchEngine.Scorer.Graphs;
using BatchEngine.Scorer.OneShot;
using BatchEngine.Scorer.Onnx;

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
            using var reading = OneShotModels.Read(path, ExecutorOptions.Default);
            ExecutorFactory.Open(reading, Names((int)reading.Signature.Inputs[0].Shape[1]), ExecutorOptions.Default).Dispose();
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
        using var reading = ModelReading.Of(path, ExecutorOptions.Default);
        var features = Names((int)graph.Inputs[0].Shape![1]);
        using var runtime = Take("open in ONNX Runtime", () => OnnxModel.Borrow(reading.File, features, ExecutorOptions.Default), isCold, figures);
        var columns = Take("translate the graph", () =>
            ColumnGraph.Of(reading.File.Graph, [], features.Length, path, reading.Forests.Forests.Of).Graph!, isCold, figures);
        var model = columns.Forest.Model;
        var walk = Take("lay out for walking", () => new WalkForest(model), isCold, figures);
        var plan = Take("lay out in bits", () => SlicePlanner.Plan(model, walk), isCold, figures);
        var choice = Take("choose the kernel", () => KernelChoice.Measure(model, walk, plan), isCold, figures);
        var forest = new LoadedForest(runtime, columns, new ForestLayout(model, walk, plan, null, choice));
        Take("compare with ONNX Runtime", () =>
        {
            using var probe = new ForestProbe(columns, runtime);
            return probe.Difference(forest);
        }, isCold, figures);
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
        figures.Add(new OpeningFigure(part, isCold, elapsed.TotalMilliseconds, (process.TotalProcessorTime - cpu).TotalMilliseconds,
            GC.GetTotalAllocatedBytes() - managed));
        return result;
    }
}
