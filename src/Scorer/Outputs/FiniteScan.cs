using System.Numerics;
using System.Runtime.InteropServices;

namespace BatchEngine.Scorer.Outputs;

/// <summary>Looks through a whole column for NaN and infinity, without branches per value.</summary>
internal static class FiniteScan
{
    private const uint ExponentBits = 0x7F80_0000;
    private const uint MagnitudeBits = 0x7FFF_FFFF;

    /// <summary>Whether no value is infinite, and none is NaN unless that is fine.</summary>
    public static bool AllAreFinite(ReadOnlySpan<float> values, bool isMissingFine)
    {
        var bits = MemoryMarshal.Cast<float, uint>(values);
        var exponent = new Vector<uint>(ExponentBits);
        var magnitude = new Vector<uint>(isMissingFine ? MagnitudeBits : ExponentBits);
        var found = Vector<uint>.Zero;
        var i = 0;
        for (; i <= bits.Length - Vector<uint>.Count; i += Vector<uint>.Count)
            found |= Vector.Equals(new Vector<uint>(bits[i..]) & magnitude, exponent);
        var any = found != Vector<uint>.Zero;
        for (; i < bits.Length; i++)
            any |= (bits[i] & (isMissingFine ? MagnitudeBits : ExponentBits)) == ExponentBits;
        return !any;
    }
}
