using System.Numerics;
using System.Runtime.InteropServices;

namespace BatchEngine.Scorer.Features;

/// <summary>Arithmetic on a block of doubles, NaN being a missing value.</summary>
/// <remarks>
/// Every operation is a whole vector of IEEE doubles without fused multiply-add, and blocks are padded to whole vectors. So a row's result depends
/// neither on the rows beside it nor on the machine: a batch and a single row agree bit by bit.
/// </remarks>
internal static class BlockSteps
{
    private static readonly Vector<double> NaN = new(double.NaN);

    public static void Impute(Span<double> block, double value)
    {
        var constant = new Vector<double>(value);
        foreach (ref var x in Vectors(block))
            x = Vector.ConditionalSelect(Vector.Equals(x, x), x, constant);
    }

    public static void Clip(Span<double> block, double min, double max)
    {
        var (low, high) = (new Vector<double>(min), new Vector<double>(max));
        foreach (ref var x in Vectors(block))
            x = Vector.ConditionalSelect(Vector.LessThan(x, low), low, Vector.ConditionalSelect(Vector.GreaterThan(x, high), high, x));
    }

    public static void Standardise(Span<double> block, double mean, double deviation)
    {
        var (centre, scale) = (new Vector<double>(mean), new Vector<double>(deviation));
        foreach (ref var x in Vectors(block))
            x = (x - centre) / scale;
    }

    /// <summary>The nearest 32-bit float of each value.</summary>
    public static void ToSingle(Span<double> block)
    {
        foreach (ref var x in block)
            x = (float)x;
    }

    /// <summary>The nearest 16-bit float of each value.</summary>
    public static void ToHalf(Span<double> block)
    {
        foreach (ref var x in block)
            x = (double)(Half)x;
    }

    public static void Log1P(Span<double> block)
    {
        foreach (ref var x in Vectors(block))
            x = VectorLog.Log1P(x);
    }

    public static void MissingIndicator(Span<double> block)
    {
        foreach (ref var x in Vectors(block))
            x = Vector.ConditionalSelect(Vector.Equals(x, x), Vector<double>.Zero, Vector<double>.One);
    }

    /// <summary>1 where the block's value is the category's index, else 0; missing gives 0.</summary>
    public static void EqualsIndex(ReadOnlySpan<double> block, int index, Span<double> target)
    {
        var wanted = new Vector<double>(index);
        var source = MemoryMarshal.Cast<double, Vector<double>>(block);
        var result = Vectors(target);
        for (var i = 0; i < source.Length; i++)
            result[i] = Vector.ConditionalSelect(Vector.Equals(source[i], wanted), Vector<double>.One, Vector<double>.Zero);
    }

    /// <summary>Compares with every edge: without branches, so best for few edges.</summary>
    public static void BucketiseFew(Span<double> block, double[] edges)
    {
        foreach (ref var x in Vectors(block))
        {
            var count = Vector<double>.Zero;
            foreach (var edge in edges)
                count += Vector.ConditionalSelect(Vector.GreaterThanOrEqual(x, new Vector<double>(edge)), Vector<double>.One, Vector<double>.Zero);
            x = Vector.ConditionalSelect(Vector.Equals(x, x), count, NaN);
        }
    }

    /// <summary>Halves the edges until one place is left.</summary>
    public static void BucketiseMany(Span<double> block, double[] edges)
    {
        foreach (ref var x in block)
        {
            if (double.IsNaN(x))
                continue;
            var (low, high) = (0, edges.Length);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (edges[middle] <= x)
                    low = middle + 1;
                else
                    high = middle;
            }
            x = low;
        }
    }

    private static Span<Vector<double>> Vectors(Span<double> block) => MemoryMarshal.Cast<double, Vector<double>>(block);

    /// <summary>Whether a magnitude reaches the limit; missing values do not.</summary>
    public static bool AnyBeyond(ReadOnlySpan<double> block, double limit)
    {
        var most = new Vector<double>(limit);
        var whole = MemoryMarshal.Cast<double, Vector<double>>(block);
        foreach (ref readonly var values in whole)
        {
            if (Vector.GreaterThanOrEqualAny(Vector.Abs(values), most))
                return true;
        }
        for (var i = whole.Length * Vector<double>.Count; i < block.Length; i++)
        {
            if (Math.Abs(block[i]) >= limit)
                return true;
        }
        return false;
    }
}
