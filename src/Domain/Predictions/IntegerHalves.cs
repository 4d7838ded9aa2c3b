namespace BatchEngine.Domain;

/// <summary>A 64-bit integer in the bits of two floats, as predictions keep it. Nobody may compute with these floats: they are copied, bit by bit.</summary>
public static class IntegerHalves
{
    /// <summary>The largest magnitude up to which a 32-bit float holds every whole number: 2^24.</summary>
    public const long MostInFloat = 1L << 24;

    /// <summary>The integer of two halves.</summary>
    public static long Join(float lower, float upper) =>
        ((long)BitConverter.SingleToInt32Bits(upper) << 32) | BitConverter.SingleToUInt32Bits(lower);

    /// <summary>The lower 32 bits.</summary>
    public static float Lower(long value) => BitConverter.Int32BitsToSingle((int)value);

    /// <summary>The upper 32 bits.</summary>
    public static float Upper(long value) => BitConverter.Int32BitsToSingle((int)(value >> 32));
}
