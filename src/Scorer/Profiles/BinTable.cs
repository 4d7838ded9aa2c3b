namespace BatchEngine.Scorer.Profiles;

/// <summary>Counts values over at most 255 edges with a search and tables of counters, on any processor. Not thread-safe.</summary>
internal sealed class BinTable(IReadOnlyList<float> edges)
{
    private const int Bins = 256;
    private const int BlockRows = 4_096;
    private readonly BinSearch _search = new(edges);
    private readonly byte[] _bins = new byte[BlockRows];
    private readonly int[] _tables = new int[4 * Bins]; // four, so that a run of equal bins does not wait for its own increment
    private int _rows;

    /// <summary>Counts values. NaN falls into bin 0; the caller counts it apart.</summary>
    /// <returns>False: it does not know whether all values are finite.</returns>
    public bool Add(ReadOnlySpan<float> values, long[] counts)
    {
        for (var from = 0; from < values.Length; from += BlockRows)
        {
            var block = values.Slice(from, Math.Min(BlockRows, values.Length - from));
            var bins = _bins.AsSpan(0, block.Length);
            _search.Find(block, bins);
            Count(bins);
            _rows += block.Length;
            if (_rows > int.MaxValue / 2)
                Spill(counts);
        }
        return false;
    }

    /// <summary>Moves what was counted to the given counts.</summary>
    public void Spill(long[] counts)
    {
        for (var i = 0; i < _tables.Length; i++)
            counts[i % Bins] += _tables[i];
        Array.Clear(_tables);
        _rows = 0;
    }

    private void Count(ReadOnlySpan<byte> bins)
    {
        var tables = _tables.AsSpan();
        var i = 0;
        for (; i <= bins.Length - 4; i += 4)
        {
            tables[bins[i]]++;
            tables[Bins + bins[i + 1]]++;
            tables[(2 * Bins) + bins[i + 2]]++;
            tables[(3 * Bins) + bins[i + 3]]++;
        }
        for (; i < bins.Length; i++)
            tables[bins[i]]++;
    }
}
