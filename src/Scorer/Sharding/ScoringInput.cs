using BatchEngine.Domain;
using BatchEngine.Scorer.Inputs.Files;
using BatchEngine.Scorer.Units;

namespace BatchEngine.Scorer.Sharding;

/// <summary>What a worker reads.</summary>
/// <param name="Manifest">The frozen input.</param>
/// <param name="Ranges">The row groups to score.</param>
/// <param name="Columns">The columns that are read, features' sources first.</param>
/// <param name="UnitRows">The most rows of a unit.</param>
internal sealed record ScoringInput(InputManifest Manifest, IReadOnlyList<RowGroupRange> Ranges, IReadOnlyList<InputColumn> Columns, int UnitRows)
{
    /// <summary>The units of the ranges, in order.</summary>
    public IEnumerable<UnitSlice> Units => UnitCuts.Of(Manifest, Ranges, UnitRows);

    /// <summary>Rows of the largest unit, at least 1.</summary>
    public int MaxRows => (int)Math.Clamp(Ranges.SelectMany(r => Manifest.Files[r.FileIndex].RowGroups.Take(r.FromRowGroup..r.ToRowGroupExclusive))
        .Select(g => g.Rows).DefaultIfEmpty(1).Max(), 1, UnitRows);

    /// <summary>Where the files are.</summary>
    public InputFiles Files { get; init; } = InputFiles.OfThisMachine;

    /// <summary>Counts what is fetched from object stores.</summary>
    public TrafficTally Traffic { get; init; } = new();

    /// <summary>The row group with rows that is read behind another; null at the end.</summary>
    public (int File, int Group)? GroupAfter(int file, int group)
    {
        var isBehind = false;
        foreach (var range in Ranges)
        {
            var groups = Manifest.Files[range.FileIndex].RowGroups;
            var from = !isBehind && range.FileIndex == file && group >= range.FromRowGroup && group < range.ToRowGroupExclusive ? group : -1;
            if (from < 0 && !isBehind)
                continue;
            for (var i = isBehind ? range.FromRowGroup : from + 1; i < range.ToRowGroupExclusive; i++)
            {
                if (groups[i].Rows > 0)
                    return (range.FileIndex, i);
            }
            isBehind = true;
        }
        return null;
    }
}
