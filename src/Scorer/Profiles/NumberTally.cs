using System.Runtime.Intrinsics;
using BatchEngine.Domain;

namespace BatchEngine.Scorer.Profiles;

/// <summary>Counts a numeric column. Not thread-safe.</summary>
internal sealed class NumberTally : ColumnTally
{
    private const int BlockRows = 4_096; // floats and bins of a block stay in the first-level cache
    private readonly BinSearch _search;
    private readonly long[] _counts = new long[256];
    private readonly int[] _partial = new int[4 * 256];
    private readonly byte[] _bins = new byte[BlockRows];
    private readonly float[] _floats = new float[BlockRows];
    private long _missing;
    private double _min = double.PositiveInfinity;
    private double _max = double.NegativeInfinity;
    private double _sum;
    private double _sumOfSquares;

    public NumberTally(BinEdges edges, bool isOutput) : base(edges, isOutput) => _search = new BinSearch(edges.Edges);

    /// <summary>Counts values; NaN is missing.</summary>
    public void Add(ReadOnlySpan<float> values)
    {
        for (var from = 0; from < values.Length; from += BlockRows)
            AddBlock(values.Slice(from, Math.Min(BlockRows, values.Length - from)));
    }

    /// <summary>Counts values, rounded to 32 bits for the bins.</summary>
    public void Add(ReadOnlySpan<double> values)
    {
        for (var from = 0; from < values.Length; from += BlockRows)
        {
            var block = values.Slice(from, Math.Min(BlockRows, values.Length - from));
            for (var i = 0; i < block.Length; i++)
                _floats[i] = (float)block[i];
            AddBlock(_floats.AsSpan(0, block.Length));
        }
    }

    /// <summary>Counts integers, rounded to 32 bits for the bins.</summary>
    public void Add(ReadOnlySpan<long> values, ReadOnlySpan<byte> present)
    {
        for (var from = 0; from < values.Length; from += BlockRows)
        {
            var length = Math.Min(BlockRows, values.Length - from);
            for (var i = 0; i < length; i++)
                _floats[i] = present[from + i] != 0 ? values[from + i] : float.NaN;
            AddBlock(_floats.AsSpan(0, length));
        }
    }

    /// <inheritdoc/>
    public override ColumnProfile Take()
    {
        for (var i = 0; i < _partial.Length; i++)
            _counts[i & 255] += _partial[i];
        var profile = new ColumnProfile(Edges, IsOutput, _counts[..Edges.BinCount], _missing, _min, _max, _sum, _sumOfSquares);
        Array.Clear(_counts);
        Array.Clear(_partial);
        (_missing, _min, _max, _sum, _sumOfSquares) = (0, double.PositiveInfinity, double.NegativeInfinity, 0, 0);
        return profile;
    }

    private void AddBlock(ReadOnlySpan<float> values)
    {
        var bins = _bins.AsSpan(0, values.Length);
        _search.Find(values, bins);
        // Four tables, so that a run of equal bins does not wait for its own increment.
        var partial = _partial.AsSpan();
        var i = 0;
        for (; i <= bins.Length - 4; i += 4)
        {
            partial[bins[i]]++;
            partial[256 + bins[i + 1]]++;
            partial[512 + bins[i + 2]]++;
            partial[768 + bins[i + 3]]++;
        }
        for (; i < bins.Length; i++)
            partial[bins[i]]++;
        if (partial[0] > int.MaxValue / 2 || _partial.AsSpan().IndexOfAnyInRange(int.MaxValue / 2, int.MaxValue) >= 0)
            Spill();
        var missingBefore = _missing;
        AddMoments(values);
        _counts[0] -= _missing - missingBefore; // the search put NaN into bin 0
    }

    private void Spill()
    {
        for (var i = 0; i < _partial.Length; i++)
            _counts[i & 255] += _partial[i];
        Array.Clear(_partial);
    }

    // Lanes are folded in a fixed order, so the sums depend on the rows only, not on the machine: always eight lanes.
    private void AddMoments(ReadOnlySpan<float> values)
    {
        var (sumLow, sumHigh, squareLow, squareHigh) = (Vector256<double>.Zero, Vector256<double>.Zero,
            Vector256<double>.Zero, Vector256<double>.Zero);
        var min = Vector256.Create(float.PositiveInfinity);
        var max = Vector256.Create(float.NegativeInfinity);
        var infinity = Vector256.Create(float.PositiveInfinity);
        var missing = Vector256<int>.Zero;
        var i = 0;
        for (; i <= values.Length - 8; i += 8)
        {
            var block = Vector256.Create(values[i..]);
            var isNumber = Vector256.Equals(block, block);
            missing += isNumber.AsInt32();
            // An infinite value has a bin, but would turn every sum after it into nothing.
            var isFinite = Vector256.LessThan(Vector256.Abs(block), infinity);
            min = Vector256.Min(min, Vector256.ConditionalSelect(isFinite, block, min));
            max = Vector256.Max(max, Vector256.ConditionalSelect(isFinite, block, max));
            var (low, high) = Vector256.Widen(block & isFinite);
            sumLow += low;
            sumHigh += high;
            squareLow += low * low;
            squareHigh += high * high;
        }
        _missing += i + Vector256.Sum(missing);
        for (var lane = 0; lane < 8; lane++)
        {
            _min = Math.Min(_min, min[lane]);
            _max = Math.Max(_max, max[lane]);
        }
        var (sum, square) = (sumLow + sumHigh, squareLow + squareHigh);
        _sum += (sum[0] + sum[1]) + (sum[2] + sum[3]);
        _sumOfSquares += (square[0] + square[1]) + (square[2] + square[3]);
        for (; i < values.Length; i++)
            AddOne(values[i]);
    }

    private void AddOne(float value)
    {
        if (float.IsNaN(value))
        {
            _missing++;
            return;
        }
        if (!float.IsFinite(value))
            return;
        _min = Math.Min(_min, value);
        _max = Math.Max(_max, value);
        _sum += value;
        _sumOfSquares += (double)value * value;
    }
}
