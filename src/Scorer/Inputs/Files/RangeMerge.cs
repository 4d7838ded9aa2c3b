namespace BatchEngine.Scorer.Inputs.Files;

/// <summary>Makes few requests of many ranges. Pure.</summary>
internal static class RangeMerge
{
    /// <summary>Of the needed bytes, the share that may be fetched beside them to save requests: 5 of 100.</summary>
    private const int GapShare = 20;

    /// <summary>The widest gap that is read over: at 100 MB a second its bytes take as long as a request.</summary>
    private const long MaxGapBytes = 1 << 20;

    /// <summary>The ranges, sorted, with the narrowest gaps between them read over as long as all gaps together stay within the share.</summary>
    public static IReadOnlyList<ByteRange> Of(IEnumerable<ByteRange> ranges)
    {
        var sorted = ranges.Where(r => r.Length > 0).OrderBy(r => r.From).ToArray();
        var left = sorted.Sum(r => r.Length) / GapShare;
        var gaps = Enumerable.Range(1, Math.Max(0, sorted.Length - 1)).Select(i => (Index: i, Bytes: Math.Max(0, sorted[i].From - sorted[i - 1].End)))
            .OrderBy(g => g.Bytes).ThenBy(g => g.Index);
        var bridged = new HashSet<int>();
        foreach (var (index, bytes) in gaps)
        {
            if (bytes > Math.Min(left, MaxGapBytes))
                break;
            left -= bytes;
            bridged.Add(index);
        }
        var merged = new List<ByteRange>();
        for (var i = 0; i < sorted.Length; i++)
        {
            if (bridged.Contains(i))
                merged[^1] = new ByteRange(merged[^1].From, Math.Max(merged[^1].End, sorted[i].End) - merged[^1].From);
            else
                merged.Add(sorted[i]);
        }
        return merged;
    }
}
