using ILGPU;

namespace BatchEngine.Scorer.Gpu;

/// <summary>The kernel that does the arithmetic before the forest and ranks the values. A thread is one row of one feature.</summary>
internal static class RankKernel
{
    /// <summary>Fills the ranks of a tile.</summary>
    /// <param name="values">The uploaded columns, one after the other.</param>
    /// <param name="rows">Rows of the tile, and so the distance from column to column in both arrays.</param>
    /// <param name="features">What to do with them.</param>
    /// <param name="ranks">Receives feature after feature.</param>
    public static void Run<TRank>(ArrayView<float> values, int rows, FeatureTables features, ArrayView<TRank> ranks)
        where TRank : unmanaged, IDeviceRank<TRank>
    {
        var row = (Grid.IdxX * Group.DimX) + Group.IdxX;
        if (row >= rows)
            return;
        var feature = Grid.IdxY;
        var x = values[((long)features.Source[feature] * rows) + row];
        for (var i = features.StepFrom[feature]; i < features.StepFrom[feature + 1]; i++)
            x = After(features.Steps[i], x);
        ranks[((long)feature * rows) + row] = default(TRank).Of(float.IsNaN(x) ? 0 : 1 + AtMost(features, feature, x));
    }

    // Each step is one operation on what the step before it left, so that no multiplication is fused with an addition.
    private static float After(DeviceStep step, float x)
    {
        switch (step.Kind)
        {
            case DeviceStep.Add:
                return x + step.Constant;
            case DeviceStep.Subtract:
                return x - step.Constant;
            case DeviceStep.SubtractFrom:
                return step.Constant - x;
            case DeviceStep.Multiply:
                return x * step.Constant;
            case DeviceStep.Divide:
                return x / step.Constant;
            case DeviceStep.ImputeMissing:
                return float.IsNaN(x) ? step.Constant : x;
            default:
                return x == step.Replaced ? step.Constant : x;
        }
    }

    // How many thresholds are at or below x.
    private static int AtMost(FeatureTables features, int feature, float x)
    {
        var first = features.ThresholdFrom[feature];
        var (low, high) = (first, features.ThresholdFrom[feature + 1]);
        while (low < high)
        {
            var middle = (low + high) >> 1;
            if (features.Thresholds[middle] <= x)
                low = middle + 1;
            else
                high = middle;
        }
        return low - first;
    }
}
