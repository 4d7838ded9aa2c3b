using BatchEngine.Domain;

namespace BatchEngine.Scorer.Profiles;

/// <summary>Counts a numeric column. Not thread-safe.</summary>
internal sealed class NumberTally : ColumnTally
{
    private const int BlockRows = 4_096; // floats and bins of a block stay in the first-level cache
    private readonly BinPlanes512? _planes;
    private readonly BinTable? _table;
    private readonly Moments _moments = new();
    private readonly long[] _counts = new long[BinEdges.MaxEdges + 1];
    private readonly float[] _staged = new float[BlockRows];
    private int _stagedRows;

    public NumberTally(BinEdges edges, bool isOutput) : base(edges, isOutput)
    {
        // Edges that were stored before there were at most 63 are still counted, the older way.
        if (BinPlanes512.Suits(edges.Edges))
            _planes = new BinPlanes512(edges.Edges);
        else
            _table = new BinTable(edges.Edges);
    }

    /// <summary>Counts the rows of a unit; NaN is missing.</summary>
    public void Add(ReadOnlySpan<float> values, CountedRows rows)
    {
        foreach (var (from, count) in rows.Ranges)
        {
            if (count >= BlockRows)
                AddBlocks(values.Slice(from, count));
            else
                Stage(values.Slice(from, count));
        }
        AddStaged();
    }

    /// <summary>The same, rounded to 32 bits for the bins.</summary>
    public void Add(ReadOnlySpan<double> values, CountedRows rows)
    {
        foreach (var (from, count) in rows.Ranges)
        {
            for (var row = from; row < from + count; row++)
                Stage((float)values[row]);
        }
        AddStaged();
    }

    /// <summary>The same for integers, rounded to 32 bits for the bins.</summary>
    public void Add(ReadOnlySpan<long> values, ReadOnlySpan<byte> present, CountedRows rows)
    {
        foreach (var (from, count) in rows.Ranges)
        {
            for (var row = from; row < from + count; row++)
                Stage(present[row] != 0 ? values[row] : float.NaN);
        }
        AddStaged();
    }

    /// <inheritdoc/>
    public override ColumnProfile Current()
    {
        _planes?.Spill(_counts);
        _table?.Spill(_counts);
        var counts = _counts[..Edges.BinCount];
        counts[0] -= _moments.Missing; // the search put NaN into bin 0
        return new ColumnProfile(Edges, IsOutput, counts, _moments.Missing, _moments.Min, _moments.Max, _moments.Sum, _moments.SumOfSquares);
    }

    /// <inheritdoc/>
    public override void Restore(ColumnProfile saved)
    {
        for (var bin = 0; bin < saved.Counts.Count; bin++)
            _counts[bin] = saved.Counts[bin];
        _counts[0] += saved.Missing;
        (_moments.Missing, _moments.Min, _moments.Max, _moments.Sum, _moments.SumOfSquares) =
            (saved.Missing, saved.Min, saved.Max, saved.Sum, saved.SumOfSquares);
    }

    private void Stage(ReadOnlySpan<float> values)
    {
        if (values.Length > BlockRows - _stagedRows)
            AddStaged();
        values.CopyTo(_staged.AsSpan(_stagedRows));
        _stagedRows += values.Length;
    }

    private void Stage(float value)
    {
        if (_stagedRows == BlockRows)
            AddStaged();
        _staged[_stagedRows++] = value;
    }

    private void AddStaged()
    {
        AddBlocks(_staged.AsSpan(0, _stagedRows));
        _stagedRows = 0;
    }

    private void AddBlocks(ReadOnlySpan<float> values)
    {
        for (var from = 0; from < values.Length; from += BlockRows)
        {
            var block = values.Slice(from, Math.Min(BlockRows, values.Length - from));
            var areFinite = _planes?.Add(block, _counts) ?? _table!.Add(block, _counts);
            _moments.Add(block, areFinite);
        }
    }
}
