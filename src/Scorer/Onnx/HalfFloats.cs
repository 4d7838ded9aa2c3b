using System.Globalization;

namespace BatchEngine.Scorer.Onnx;

/// <summary>What a 16-bit float of a model is as a 32-bit one: the shortest decimal that rounds to it, so that 0.1 is 0.1 and not 0.099975586. Whole numbers
/// stay what they are. Thread-safe.</summary>
internal static class HalfFloats
{
    // From here on the neighbours are whole numbers, and the shortest decimal of a whole number can be another one.
    private const float WholeFrom = 1_024;

    private static readonly Lazy<float[]> s_all = new(() => [.. Enumerable.Range(0, ushort.MaxValue + 1).Select(bits => Of((ushort)bits))]);

    /// <summary>All of them, by their bits.</summary>
    public static ReadOnlySpan<float> ByBits => s_all.Value;

    private static float Of(ushort bits)
    {
        var value = BitConverter.UInt16BitsToHalf(bits);
        return MathF.Abs((float)value) < WholeFrom ? float.Parse(value.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
            : (float)value;
    }
}
