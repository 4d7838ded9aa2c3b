using BatchEngine.Domain;
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
}
