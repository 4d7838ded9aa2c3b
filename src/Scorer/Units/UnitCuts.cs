using BatchEngine.Domain;

namespace BatchEngine.Scorer.Units;

/// <summary>Cuts row groups into units: always the same for the same manifest and unit size, whatever was interrupted. Pure.</summary>
internal static class UnitCuts
{
    /// <summary>The units of some row groups, in order, numbered from 0.</summary>
    public static IEnumerable<UnitSlice> Of(InputManifest manifest, IReadOnlyList<RowGroupRange> ranges, int unitRows)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(unitRows);
        var fileStarts = new long[manifest.Files.Count + 1];
        for (var i = 0; i < manifest.Files.Count; i++)
            fileStarts[i + 1] = fileStarts[i] + manifest.Files[i].Rows;
        var index = 0;
        foreach (var range in ranges)
        {
            var groups = manifest.Files[range.FileIndex].RowGroups;
            var firstRow = groups.Take(range.FromRowGroup).Sum(g => g.Rows);
            for (var group = range.FromRowGroup; group < range.ToRowGroupExclusive; firstRow += groups[group++].Rows)
            {
                for (long from = 0; from < groups[group].Rows; from += unitRows)
                {
                    var rows = (int)Math.Min(unitRows, groups[group].Rows - from);
                    yield return new UnitSlice(index++, range.FileIndex, group, from, rows, firstRow + from, fileStarts[range.FileIndex] + firstRow + from);
                }
            }
        }
    }

    /// <summary>The units of the whole manifest.</summary>
    public static IEnumerable<UnitSlice> OfManifest(InputManifest manifest, int unitRows) => Of(manifest, WholeOf(manifest), unitRows);

    /// <summary>All row groups of a manifest.</summary>
    public static IReadOnlyList<RowGroupRange> WholeOf(InputManifest manifest) =>
        [.. manifest.Files.Select((f, i) => new RowGroupRange(i, 0, f.RowGroups.Count))];
}
