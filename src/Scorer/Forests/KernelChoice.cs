using System.Diagnostics;
using BatchEngine.Scorer.Forests.Model;
using BatchEngine.Scorer.Forests.Slices;
using BatchEngine.Scorer.Forests.Walks;
using BatchEngine.Scorer.Inputs;

namespace BatchEngine.Scorer.Forests;

/// <summary>Which kernel a forest runs with: the one for blocks, and from how many rows on it beats walking. All kernels give the same bits, so this decides
/// about time only.</summary>
/// <param name="Block">The kernel for many rows.</param>
/// <param name="BlockFromRows">Fewer rows are walked.</param>
internal sealed record KernelChoice(string Block, int BlockFromRows)
{
    private const int Repeats = 3;
    private const int WalkRows = 64;

    /// <summary>Walking only.</summary>
    public static KernelChoice WalkOnly { get; } = new(KernelNames.Walk, int.MaxValue);

    /// <summary>Measures both on made-up rows, a few milliseconds.</summary>
    public static unsafe KernelChoice Measure(ForestModel model, WalkForest walk, SlicePlan? plan)
    {
        var block = ForestKernels.Available[0];
        if (plan is null || block == KernelNames.Walk)
            return WalkOnly;
        using var slices = ForestKernels.Slicing(block, model, walk, plan);
        using var walks = new WalkKernel(model, walk);
        var features = Math.Max(1, model.FeatureCount);
        using var values = new AlignedBuffer<float>(features * SlicePlan.BlockRows);
        using var addresses = new AlignedBuffer<nint>(features);
        using var sums = new AlignedBuffer<float>(model.TargetCount * SlicePlan.BlockRows);
        Fill(model, values.Span);
        for (var i = 0; i < features; i++)
            addresses.Span[i] = values.Address(i * SlicePlan.BlockRows);
        var (columns, to) = (addresses.Address(0), sums.Address(0));
        var blockTime = Shortest(() => slices.Sum((float**)columns, SlicePlan.BlockRows, (float*)to, SlicePlan.BlockRows));
        var rowTime = Shortest(() => walks.Sum((float**)columns, WalkRows, (float*)to, SlicePlan.BlockRows)) / WalkRows;
        var fromRows = (int)Math.Min(int.MaxValue / 2, Math.Ceiling(blockTime / Math.Max(rowTime, 1e-9)));
        return fromRows <= SlicePlan.BlockRows ? new KernelChoice(block, fromRows) : WalkOnly;
    }

    // Values near the forest's own thresholds, so that walks go everywhere.
    private static void Fill(ForestModel model, Span<float> values)
    {
        var random = new Random(1);
        var thresholds = ForestThresholds.Of(model, values.Length / SlicePlan.BlockRows, static feature => feature);
        for (var feature = 0; feature * SlicePlan.BlockRows < values.Length; feature++)
        {
            var known = thresholds[feature];
            foreach (ref var value in values.Slice(feature * SlicePlan.BlockRows, SlicePlan.BlockRows))
                value = known.Length == 0 ? 0 : known[random.Next(known.Length)];
        }
    }

    private static double Shortest(Action action)
    {
        action();
        var shortest = double.MaxValue;
        for (var i = 0; i < Repeats; i++)
        {
            var started = Stopwatch.GetTimestamp();
            action();
            shortest = Math.Min(shortest, Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        return shortest;
    }
}
