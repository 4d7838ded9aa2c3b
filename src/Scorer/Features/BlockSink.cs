using System.Numerics;
using System.Runtime.InteropServices;
using BatchEngine.Domain;

namespace BatchEngine.Scorer.Features;

/// <summary>Writes a block of doubles into a feature's column, rounding once to its storage. Thread-safe as long as the matrix is one thread's.</summary>
internal static class BlockSink
{
    public static void Write(ReadOnlySpan<double> block, FeatureMatrix matrix, int feature, int firstRow)
    {
        switch (matrix.Storage(feature))
        {
            case FeatureStorage.Float32:
                Narrow(block, matrix.Column(feature).Slice(firstRow, block.Length));
                break;
            case FeatureStorage.Float64:
                block.CopyTo(matrix.DoubleColumn(feature)[firstRow..]);
                break;
            case FeatureStorage.Int64:
                WriteIntegers(block, matrix, feature, firstRow);
                break;
            default:
                throw new InvariantBrokenException("numbers are never written to a text feature", $"feature {feature}");
        }
    }

    private static void Narrow(ReadOnlySpan<double> block, Span<float> target)
    {
        var whole = MemoryMarshal.Cast<float, Vector<float>>(target);
        var source = MemoryMarshal.Cast<double, Vector<double>>(block);
        for (var i = 0; i < whole.Length; i++)
            whole[i] = Vector.Narrow(source[2 * i], source[2 * i + 1]);
        for (var i = whole.Length * Vector<float>.Count; i < target.Length; i++)
            target[i] = (float)block[i];
    }

    private static void WriteIntegers(ReadOnlySpan<double> block, FeatureMatrix matrix, int feature, int firstRow)
    {
        var values = matrix.IntegerColumn(feature).Slice(firstRow, block.Length);
        var present = matrix.Present(feature).Slice(firstRow, block.Length);
        var anyMissing = false;
        for (var i = 0; i < block.Length; i++)
        {
            var isMissing = double.IsNaN(block[i]);
            values[i] = isMissing ? 0 : (long)block[i];
            present[i] = isMissing ? (byte)0 : (byte)1;
            anyMissing |= isMissing;
        }
        matrix.NoteMissing(feature, firstRow == 0, anyMissing);
    }
}
