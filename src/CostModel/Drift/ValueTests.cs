using System.Globalization;
using BatchEngine.Domain;

namespace BatchEngine.CostModel.Drift;

/// <summary>Tests by name of the categories, or of the values where they are few: one that is new, and one that vanished. Pure.</summary>
internal static class ValueTests
{
    /// <summary>At most one test of each kind, of the value with the largest share; both profiles have the same bins and rows with a value.</summary>
    internal static IEnumerable<DriftTest> Of(ColumnProfile baseline, ColumnProfile current, DriftRule rule)
    {
        if (!baseline.Edges.IsCategorical && !baseline.Edges.IsOfValues)
            yield break;
        if (Largest(current, baseline) is { } added)
        {
            yield return new DriftTest($"{Name(baseline.Edges, added)} is new with a share of", (double)current.Counts[added] / current.Present,
                rule.MaxMissingShareChange, Significance.TwoShares(0, baseline.Present, current.Counts[added], current.Present));
        }
        if (Largest(baseline, current) is { } gone)
        {
            yield return new DriftTest($"{Name(baseline.Edges, gone)} vanished, of a share of", (double)baseline.Counts[gone] / baseline.Present,
                rule.MaxMissingShareChange, Significance.TwoShares(baseline.Counts[gone], baseline.Present, 0, current.Present));
        }
    }

    // The largest bin of the one that the other has no row in; null means none. Categories without a name have a test of their own.
    private static int? Largest(ColumnProfile one, ColumnProfile other)
    {
        var named = one.Edges.IsCategorical ? one.Edges.Categories.Count : one.Counts.Count;
        var bins = Enumerable.Range(0, named).Where(bin => one.Counts[bin] > 0 && other.Counts[bin] == 0).ToArray();
        return bins.Length == 0 ? null : bins.MaxBy(bin => one.Counts[bin]);
    }

    private static string Name(BinEdges bins, int bin)
    {
        if (bins.IsCategorical)
            return $"category '{bins.Categories[bin]}'";
        var edges = bins.Edges;
        string Text(int edge) => edges[edge].ToString(CultureInfo.InvariantCulture);
        return bin == 0 ? $"a value under {Text(0)}"
            : bin % 2 == 1 ? $"value {Text(bin - 1)}"
            : bin == edges.Count ? $"a value over {Text(bin - 2)}"
            : $"a value between {Text(bin - 2)} and {Text(bin)}";
    }
}
