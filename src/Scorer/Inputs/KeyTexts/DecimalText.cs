using System.Globalization;
using System.Numerics;

namespace BatchEngine.Scorer.Inputs.KeyTexts;

/// <summary>The one text of a decimal: a minus sign where it is below zero, digits, and as many behind the point as its scale. Pure.</summary>
internal static class DecimalText
{
    private const int MaxBytesOfInt128 = 16;

    /// <summary>Writes a value that is stored as an integer.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(long unscaled, int scale, Span<byte> target)
    {
        unscaled.TryFormat(target, out var written, default, CultureInfo.InvariantCulture);
        return PutPoint(target, written, scale);
    }

    /// <summary>Writes a value that is stored as big-endian two's complement.</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(ReadOnlySpan<byte> bytes, int scale, Span<byte> target)
    {
        int written;
        if (bytes.Length <= MaxBytesOfInt128)
            Unscaled(bytes).TryFormat(target, out written, default, CultureInfo.InvariantCulture);
        else
            written = System.Text.Encoding.ASCII.GetBytes(new BigInteger(bytes, isUnsigned: false, isBigEndian: true)
                .ToString(CultureInfo.InvariantCulture), target);
        return PutPoint(target, written, scale);
    }

    /// <summary>Writes an integer without sign.</summary>
    /// <returns>Bytes written.</returns>
    public static int WriteUnsigned(ulong value, Span<byte> target)
    {
        value.TryFormat(target, out var written, default, CultureInfo.InvariantCulture);
        return written;
    }

    /// <summary>The whole number in big-endian two's complement; false when it needs more than 64 bits.</summary>
    public static bool TryWhole(ReadOnlySpan<byte> bytes, out long value)
    {
        value = 0;
        if (bytes.Length > MaxBytesOfInt128)
            return false;
        var whole = Unscaled(bytes);
        value = (long)whole;
        return value == whole;
    }

    private static Int128 Unscaled(ReadOnlySpan<byte> bytes)
    {
        Int128 value = bytes.Length > 0 && (sbyte)bytes[0] < 0 ? -1 : 0;
        foreach (var part in bytes)
            value = (value << 8) | part;
        return value;
    }

    // 5 with a scale of 2 is 0.05: digits are moved to the right, zeros and the point put before and between them.
    private static int PutPoint(Span<byte> text, int written, int scale)
    {
        if (scale == 0)
            return written;
        var sign = text[0] == '-' ? 1 : 0;
        var digits = written - sign;
        var zeros = Math.Max(0, scale + 1 - digits);
        text[sign..written].CopyTo(text[(sign + zeros)..]);
        text.Slice(sign, zeros).Fill((byte)'0');
        var whole = sign + zeros + digits - scale;
        text.Slice(whole, scale).CopyTo(text[(whole + 1)..]);
        text[whole] = (byte)'.';
        return whole + 1 + scale;
    }
}
