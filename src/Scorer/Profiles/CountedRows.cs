using BatchEngine.Domain;

namespace BatchEngine.Scorer.Profiles;

/// <summary>The rows of one unit that profiles count, as ranges in order. Reused from unit to unit; not thread-safe.</summary>
internal sealed class CountedRows(int oneIn)
{
    private readonly List<(int From, int Rows)> _ranges = [];

    /// <summary>One block in this number is counted; 1 means every row.</summary>
    public int OneIn { get; } = oneIn;

    /// <summary>Inside the unit, not overlapping, in order.</summary>
    public IReadOnlyList<(int From, int Rows)> Ranges => _ranges;

    /// <summary>Finds them for a unit.</summary>
    /// <param name="firstRowNumber">The number of its first row over the manifest.</param>
    /// <param name="rows">Its rows.</param>
    public void Select(long firstRowNumber, int rows)
    {
        _ranges.Clear();
        if (OneIn == 1)
        {
            _ranges.Add((0, rows));
            return;
        }
        var stratumRows = (long)OneIn * ProfileSampling.BlockRows;
        for (var stratum = firstRowNumber / stratumRows; stratum * stratumRows < firstRowNumber + rows; stratum++)
        {
            var block = (stratum * OneIn) + ProfileSampling.PickOf(stratum, OneIn);
            var from = Math.Max(0, (block * ProfileSampling.BlockRows) - firstRowNumber);
            var to = Math.Min(rows, ((block + 1) * ProfileSampling.BlockRows) - firstRowNumber);
            if (from < to)
                _ranges.Add(((int)from, (int)(to - from)));
        }
    }
}
