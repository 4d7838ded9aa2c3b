using BatchEngine.Domain;
using BatchEngine.Scorer.Units;

namespace BatchEngine.Scorer.Profiles;

/// <summary>The rows that bins are chosen from: all of a small manifest, of a larger one slices from every part of it. Pure; the same manifest gives the same
/// slices.</summary>
/// <remarks>The first rows of a table are seldom like the rest: tables are written in the order of time, of keys, of a label.</remarks>
internal static class SampleSlices
{
    /// <summary>The most rows of a slice.</summary>
    public const int SliceRows = 1_024;

    /// <summary>The most slices of a manifest that is not taken whole.</summary>
    public const int MaxSlices = 64;

    /// <summary>Pages before a slice have to be decompressed. Of a larger manifest than this the slices of a row group come from its first part, so that
    /// reaching all of them passes over about so many rows.</summary>
    public const long MaxPassedRows = 8_000_000;

    /// <summary>The slices in the order of the manifest, at most <see cref="SliceRows"/> rows each.</summary>
    public static IReadOnlyList<UnitSlice> Of(InputManifest manifest)
    {
        var groups = UnitCuts.OfManifest(manifest, int.MaxValue).Where(g => g.Rows > 0).ToArray();
        var total = groups.Sum(g => (long)g.Rows);
        if (total <= MaxSlices * SliceRows)
            return [.. UnitCuts.OfManifest(manifest, SliceRows).Where(u => u.Rows > 0)];
        var slices = new List<UnitSlice>();
        var (at, before) = (0, 0L);
        for (var stratum = 0; stratum < MaxSlices; stratum++)
        {
            var from = total * stratum / MaxSlices;
            var row = from + ProfileSampling.PickOf(stratum, (int)Math.Min(int.MaxValue, total / MaxSlices));
            for (; row >= before + groups[at].Rows; at++)
                before += groups[at].Rows;
            Add(slices, groups[at], Reach(row - before, total), before);
        }
        return slices;
    }

    private static long Reach(long offset, long total) => total <= MaxPassedRows ? offset : (long)(offset * (MaxPassedRows / (double)total));

    private static void Add(List<UnitSlice> slices, UnitSlice group, long offset, long firstRow)
    {
        offset = Math.Max(0, Math.Min(offset, group.Rows - SliceRows));
        if (slices.Count > 0 && slices[^1] is var last && (last.FileIndex, last.RowGroup) == (group.FileIndex, group.RowGroup))
            offset = Math.Max(offset, last.FromRow + last.Rows);
        var rows = (int)Math.Min(SliceRows, group.Rows - offset);
        if (rows > 0)
            slices.Add(new UnitSlice(slices.Count, group.FileIndex, group.RowGroup, offset, rows, group.FirstRowInFile + offset, firstRow + offset));
    }
}
