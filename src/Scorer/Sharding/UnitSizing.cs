using System.Numerics;
using BatchEngine.Domain;

namespace BatchEngine.Scorer.Sharding;

/// <summary>How many rows a unit of a one-shot scoring has when nobody said: fewer for wide inputs, so that its memory does not grow with the width. Pure.</summary>
internal static class UnitSizing
{
    // Two workers hold two units each; at 8 MiB their sum stays small beside the decoder's pages, and 50 floats were no slower than with 26 MB.
    private const int TargetBytes = 8 << 20;
    private const int MinRows = 16_384;

    /// <summary>The largest power of two whose rows of 4-byte columns fit the target, between 16,384 and <see cref="ScoringJob.DefaultUnitRows"/>.</summary>
    /// <param name="columns">Columns that are read.</param>
    public static int RowsFor(int columns) =>
        Math.Clamp((int)BitOperations.RoundUpToPowerOf2((uint)(TargetBytes / sizeof(float) / Math.Max(1, columns)) + 1) / 2, MinRows, ScoringJob.DefaultUnitRows);
}
