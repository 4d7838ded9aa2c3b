using BatchEngine.Domain;

namespace BatchEngine.CostModel.Drift;

/// <summary>How far two samples lie apart. Pure; 0 exactly for equal shares, whatever the two sizes.</summary>
internal static class DriftDistance
{
    /// <summary>The rows that an empty group is taken to hold, because the logarithm of nothing is not a number.</summary>
    internal const double EmptyGroupRows = 0.5;

    /// <summary>Population stability index: the sum of (p - q) ln(p / q) over the groups. A group empty on one side counts as half a row there; one empty on
    /// both sides adds nothing.</summary>
    internal static double Psi(IReadOnlyList<long> baseline, IReadOnlyList<long> current)
    {
        double baselineRows = baseline.Sum(), currentRows = current.Sum();
        var psi = 0.0;
        for (var group = 0; group < baseline.Count; group++)
        {
            if (baseline[group] == 0 && current[group] == 0)
                continue;
            var p = Math.Max(baseline[group], EmptyGroupRows) / baselineRows;
            var q = Math.Max(current[group], EmptyGroupRows) / currentRows;
            if (p != q)
                psi += (p - q) * Math.Log(p / q);
        }

        return psi;
    }

    /// <summary>
    /// The largest distance of the two cumulative distributions at the bin edges. The distance over all values is at least this and at most this plus
    /// the largest share that either sample has in one bin.
    /// </summary>
    internal static double Ks(ColumnProfile baseline, ColumnProfile current)
    {
        double baselineRows = baseline.Present, currentRows = current.Present;
        var (left, right, largest) = (0L, 0L, 0.0);
        for (var bin = 0; bin < baseline.Counts.Count; bin++)
        {
            left += baseline.Counts[bin];
            right += current.Counts[bin];
            largest = Math.Max(largest, Math.Abs((left / baselineRows) - (right / currentRows)));
        }

        return largest;
    }
}
