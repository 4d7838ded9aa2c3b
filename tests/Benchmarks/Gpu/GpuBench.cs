using System.Diagnostics;
using System.Globalization;
using BatchEngine.Benchmarks.Scoring;
using BatchEngine.Scorer.Execution;
using BatchEngine.Scorer.Execution.Opening;
using BatchEngine.Scorer.Features;
using BatchEngine.Scorer.Forests;
using BatchEngine.Scorer.Gpu;
using BatchEngine.Scorer.Onnx;
using BatchEngine.Scorer.Tests.Gpu;

namespace BatchEngine.Benchmarks.Gpu;

/// <summary>A forest on a card, transfers included, beside the same forest on the processor: rows a second by tile and by workers. Nothing is decoded; the
/// rows are in memory, as a worker has them.</summary>
public static class GpuBench
{
    /// <summary>The word that takes ILGPU's CPU accelerator for a card, to try the benchmark itself.</summary>
    public const string Simulated = "--simulated";

    private const int BatchRows = 131_072;
    private const int SimulatedBatchRows = 1_024;

    private static readonly int[] s_tileRows = [4_096, 16_384, 65_536];

    /// <summary>Measures and prints; leaves the raw figures. 2 means that there is no card.</summary>
    public static int Run(IReadOnlyList<string> words)
    {
        var isSimulated = words.Contains(Simulated);
        var options = ScoreOptions.Parse([.. words.Where(w => w != Simulated)]);
        var (device, reason) = Open(isSimulated);
        if (device is null)
        {
            Console.Error.WriteLine($"no CUDA device: {reason}");
            return 2;
        }
        using var opened = device;
        var rows = Math.Min(options.Rows, isSimulated ? SimulatedBatchRows : BatchRows);
        string[] names = [.. Enumerable.Range(0, InputTable.Features).Select(i => $"f{i}")];
        using var reading = ModelReading.Of(options.Model, ExecutorOptions.Default);
        if (reading.Forests.Open(names, ExecutorOptions.Default) is not EngineAnswer.Opened { Model: LoadedForest processor })
        {
            Console.Error.WriteLine($"{options.Model} is no forest over {InputTable.Features} floats");
            return 1;
        }
        using var features = new FeatureMatrix(InputTable.Features, rows) { Rows = rows };
        for (var i = 0; i < InputTable.Features; i++)
            InputTable.Fill(new Random(i), features.Column(i));
        Console.WriteLine($"{Path.GetFileName(options.Model)}, batches of {rows:N0} rows, {device.Name}");
        var figures = new List<object>();
        foreach (var workers in new[] { 1, Environment.ProcessorCount }.Distinct())
            Report(processor, processor.Name, 0, workers);
        foreach (var tileRows in s_tileRows)
        {
            using var forest = DeviceForest.Of(processor, device, new DeviceTiles(tileRows, tileRows, 4)).Forest
                ?? throw new InvalidOperationException("the forest does not fit the card");
            RequireSameBits(forest, processor, features);
            foreach (var workers in new[] { 1, 2, 4, Environment.ProcessorCount }.Distinct().Order())
                Report(forest, forest.Name, tileRows, workers);
        }
        BenchResults.Save(isSimulated ? "gpu-simulated"
            : "gpu", options with { Rows = rows },
            new
            {
                device = device.Name,
                multiprocessors = device.Accelerator.NumMultiprocessors,
                memoryBytes = device.Accelerator.MemorySize,
                batchRows = rows
            }, figures);
        return 0;

        void Report(LoadedForest model, string name, int tileRows, int workers)
        {
            double[] rates = [.. Enumerable.Range(0, options.Repeats + 1).Select(_ => Rate(model, features, workers, isSimulated ? 1 : 16)).Skip(1).Order()];
            figures.Add(new { name, tileRows, workers, rates });
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name,-24} tile {tileRows,7:N0}  workers {workers,3}  " +
                $"{rates[rates.Length / 2],14:N0} rows/s  spread {(rates[^1] - rates[0]) / rates[rates.Length / 2]:P0}"));
        }
    }

    private static (GpuDevice? Device, string? Reason) Open(bool isSimulated) =>
        isSimulated ? (SimulatedDevice.Open(1L << 30), null) : CudaDriver.IsPresent() ? GpuDevice.OpenCuda(0, 8L << 30) : (null, CudaDriver.Missing);

    private static double Rate(LoadedForest model, FeatureMatrix features, int workers, int batches)
    {
        using var ready = new Barrier(workers + 1);
        var work = Enumerable.Range(0, workers).Select(_ => Task.Factory.StartNew(() =>
        {
            using var executor = model.CreateExecutor();
            var block = new UnitPredictions(executor.Model.Outputs.Count, features.Rows);
            executor.Score(features, block);
            ready.SignalAndWait();
            for (var i = 0; i < batches; i++)
                executor.Score(features, block);
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        ready.SignalAndWait();
        var started = Stopwatch.GetTimestamp();
        Task.WaitAll(work);
        return (double)features.Rows * batches * workers / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    // A rate of wrong numbers would be worth nothing.
    private static void RequireSameBits(LoadedForest device, LoadedForest processor, FeatureMatrix features)
    {
        var (ours, theirs) = (Score(processor, features), Score(device, features));
        for (var column = 0; column < ours.OutputCount; column++)
        {
            for (var row = 0; row < features.Rows; row++)
            {
                if (BitConverter.SingleToInt32Bits(ours.Column(column)[row]) != BitConverter.SingleToInt32Bits(theirs.Column(column)[row]))
                    throw new InvalidOperationException(
                        $"column {column}, row {row}: {theirs.Column(column)[row]:R} on the device, {ours.Column(column)[row]:R} on the processor");
            }
        }
    }

    private static UnitPredictions Score(LoadedForest model, FeatureMatrix features)
    {
        using var executor = model.CreateExecutor();
        var block = new UnitPredictions(executor.Model.Outputs.Count, features.Rows);
        executor.Score(features, block);
        return block;
    }
}
