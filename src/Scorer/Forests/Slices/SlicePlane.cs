namespace BatchEngine.Scorer.Forests.Slices;

/// <summary>Up to 255 thresholds of one feature, ready for a search by comparing down a complete binary tree. Immutable.</summary>
internal sealed class SlicePlane
{
    /// <summary>Thresholds that a rank in a byte can tell apart.</summary>
    public const int MaxThresholds = 255;

    /// <summary>The searched tree has at least this many levels.</summary>
    public const int MinLevels = 4;

    /// <summary>Lays out the thresholds.</summary>
    /// <param name="feature">The feature.</param>
    /// <param name="thresholds">Ascending, distinct.</param>
    public SlicePlane(int feature, ReadOnlySpan<float> thresholds)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(thresholds.Length, MaxThresholds);
        Feature = feature;
        Levels = Math.Max(MinLevels, 32 - int.LeadingZeroCount(thresholds.Length));
        Search = new float[MaxThresholds + 1];
        Array.Fill(Search, float.NaN);
        for (var level = 0; level < Levels; level++)
        {
            for (var i = 0; i < 1 << level; i++)
            {
                var rank = (((2 * i) + 1) << (Levels - 1 - level)) - 1;
                Search[(1 << level) + i] = rank < thresholds.Length ? thresholds[rank] : float.NaN;
            }
        }
    }

    /// <summary>The feature.</summary>
    public int Feature { get; }

    /// <summary>Comparisons a value.</summary>
    public int Levels { get; }

    /// <summary>Entry 1 is the middle threshold, 2n and 2n + 1 follow entry n; NaN, which nothing reaches, where there is none.</summary>
    public float[] Search { get; }
}
