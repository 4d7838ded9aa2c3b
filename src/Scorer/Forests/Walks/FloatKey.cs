namespace BatchEngine.Scorer.Forests.Walks;

/// <summary>Floats as integers of the same order, so that one integer comparison answers a branch for every value, missing ones included.</summary>
internal static class FloatKey
{
    /// <summary>A missing value that answers no to every threshold; also the key that no leaf may be compared from.</summary>
    public const int Lowest = int.MinValue;

    /// <summary>A missing value that answers yes to every threshold; as a threshold, what no value reaches.</summary>
    public const int Highest = int.MaxValue;

    /// <summary>The key of a value that is not missing; -0 and 0 have the same.</summary>
    public static int Of(float value)
    {
        var bits = BitConverter.SingleToInt32Bits(value + 0f);
        return bits ^ ((bits >> 31) & int.MaxValue);
    }

    /// <summary>The key of a threshold; NaN is never reached.</summary>
    public static int OfThreshold(float threshold) => float.IsNaN(threshold) ? Highest : Of(threshold);
}
