namespace BatchEngine.Scorer.Profiles;

/// <summary>Chooses the edges of a numeric column from a sample of its values. Pure.</summary>
/// <remarks>A value that many rows share has a bin of its own, so that a flag of 1 % ones is no constant, and so has everything above what was seen.</remarks>
internal static class NumberEdges
{
    /// <summary>The most edges: a bin has about 3 % of the rows, fine enough for ten groups, and the search for a bin takes five steps that fit two
    /// registers.</summary>
    public const int MaxEdges = 31;

    /// <summary>With at most so many values each has a bin, and each gap between two has one.</summary>
    public const int MaxSeparateValues = MaxEdges / 2;

    /// <summary>At most <see cref="MaxEdges"/> strictly increasing edges; the smallest value is the first, so bin 0 means lower than anything seen, and the
    /// last
    /// bin means higher.</summary>
    /// <param name="values">The sample; what is not finite does not count.</param>
    public static IReadOnlyList<float> Of(IEnumerable<float> values)
    {
        var sorted = values.Where(float.IsFinite).Select(v => v == 0 ? 0f : v).ToArray();
        Array.Sort(sorted);
        if (sorted.Length == 0)
            return [];
        var distinct = sorted.Distinct().Take(MaxEdges).ToArray();
        var edges = distinct.Length <= MaxSeparateValues ? [.. distinct.SelectMany(v => new[] { v, float.BitIncrement(v) }).Distinct()]
            : distinct.Length < MaxEdges ? [.. distinct, float.BitIncrement(distinct[^1])]
            : Cut(sorted);
        return edges[^1] < float.PositiveInfinity ? edges : edges[..^1];
    }

    // Each bin takes its part of the values that are left, to the end of the last one's run; a value with more than that is left to a bin of its own.
    private static List<float> Cut(float[] sorted)
    {
        var edges = new List<float>(MaxEdges);
        for (var from = 0; from < sorted.Length && edges.Count < MaxEdges - 1;)
        {
            edges.Add(sorted[from]);
            var part = Math.Max(1, (sorted.Length - from) / (MaxEdges - edges.Count));
            var last = sorted[Math.Min(sorted.Length, from + part) - 1];
            var (start, end) = (LowerBound(sorted, last), LowerBound(sorted, float.BitIncrement(last)));
            from = start > from && end - start >= part ? start : end;
        }
        edges.Add(float.BitIncrement(sorted[^1]));
        return edges;
    }

    private static int LowerBound(float[] sorted, float value)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (sorted[middle] < value)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
