using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace BatchEngine.Scorer.Profiles;

/// <summary>Missing values, smallest, largest, sum and sum of squares of a column. Not thread-safe.</summary>
/// <remarks>
/// Always sixteen lanes, folded in a fixed order, so the sums depend on the rows and not on the processor; a product of two floats is exact in 64 bits, so a
/// fused addition rounds as a separate one does.
/// An infinite value has a bin, but is left out here: it would turn every sum after it into nothing.
/// </remarks>
internal sealed class Moments
{
    private const int Lanes = 16;

    /// <summary>Values without a number.</summary>
    public long Missing { get; set; }

    /// <summary>The smallest finite value; positive infinity without any.</summary>
    public double Min { get; set; } = double.PositiveInfinity;

    /// <summary>The largest finite value; negative infinity without any.</summary>
    public double Max { get; set; } = double.NegativeInfinity;

    /// <summary>The sum of the finite values.</summary>
    public double Sum { get; set; }

    /// <summary>The sum of their squares.</summary>
    public double SumOfSquares { get; set; }

    /// <summary>Adds a block.</summary>
    /// <param name="values">The same blocks give the same bits.</param>
    /// <param name="areFinite">Whether they are known to be finite, which is faster and gives the same.</param>
    public void Add(ReadOnlySpan<float> values, bool areFinite)
    {
        var whole = values.Length / Lanes * Lanes;
        if (areFinite)
            AddFinite(values[..whole]);
        else
            AddAny(values[..whole]);
        foreach (var value in values[whole..])
            AddOne(value);
    }

    // Both loops are written out because the registers are all in use: one call inside and the sums go through memory.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddFinite(ReadOnlySpan<float> values)
    {
        var (sumLow, sumHigh, squareLow, squareHigh) = (Vector512<double>.Zero, Vector512<double>.Zero, Vector512<double>.Zero, Vector512<double>.Zero);
        var (min, max) = (Vector512.Create(float.PositiveInfinity), Vector512.Create(float.NegativeInfinity));
        ref var first = ref MemoryMarshal.GetReference(values);
        for (var i = 0; i < values.Length; i += Lanes)
        {
            var block = Vector512.LoadUnsafe(ref first, (nuint)i);
            min = Vector512.MinNative(min, block);
            max = Vector512.MaxNative(max, block);
            var (low, high) = Vector512.Widen(block);
            sumLow += low;
            sumHigh += high;
            squareLow = Vector512.MultiplyAddEstimate(low, low, squareLow);
            squareHigh = Vector512.MultiplyAddEstimate(high, high, squareHigh);
        }
        Fold(min, max, sumLow + sumHigh, squareLow + squareHigh);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddAny(ReadOnlySpan<float> values)
    {
        var (sumLow, sumHigh, squareLow, squareHigh) = (Vector512<double>.Zero, Vector512<double>.Zero, Vector512<double>.Zero, Vector512<double>.Zero);
        var (min, max) = (Vector512.Create(float.PositiveInfinity), Vector512.Create(float.NegativeInfinity));
        var present = Vector512<int>.Zero;
        ref var first = ref MemoryMarshal.GetReference(values);
        for (var i = 0; i < values.Length; i += Lanes)
        {
            var block = Vector512.LoadUnsafe(ref first, (nuint)i);
            present -= Vector512.Equals(block, block).AsInt32();
            var isFinite = Vector512.LessThan(Vector512.Abs(block), Vector512.Create(float.PositiveInfinity));
            min = Vector512.MinNative(min, Vector512.ConditionalSelect(isFinite, block, min));
            max = Vector512.MaxNative(max, Vector512.ConditionalSelect(isFinite, block, max));
            var (low, high) = Vector512.Widen(block & isFinite);
            sumLow += low;
            sumHigh += high;
            squareLow = Vector512.MultiplyAddEstimate(low, low, squareLow);
            squareHigh = Vector512.MultiplyAddEstimate(high, high, squareHigh);
        }
        Missing += values.Length - Vector512.Sum(present);
        Fold(min, max, sumLow + sumHigh, squareLow + squareHigh);
    }

    private void Fold(Vector512<float> min, Vector512<float> max, Vector512<double> sum, Vector512<double> square)
    {
        Widen(Smallest(min), -Smallest(-max));
        Sum += Total(sum);
        SumOfSquares += Total(square);
    }

    private static double Total(Vector512<double> lanes) =>
        ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));

    private static float Smallest(Vector512<float> lanes)
    {
        var eight = Vector256.MinNative(lanes.GetLower(), lanes.GetUpper());
        var four = Vector128.MinNative(eight.GetLower(), eight.GetUpper());
        return Math.Min(Math.Min(four[0], four[1]), Math.Min(four[2], four[3]));
    }

    private void AddOne(float value)
    {
        if (float.IsNaN(value))
            Missing++;
        if (!float.IsFinite(value))
            return;
        Widen(value, value);
        Sum += value;
        SumOfSquares += (double)value * value;
    }

    // Plus 0, so that -0 and 0, which a processor may pick in either order, are stored alike.
    private void Widen(float smallest, float largest)
    {
        Min = Math.Min(Min, smallest + 0.0);
        Max = Math.Max(Max, largest + 0.0);
    }
}
