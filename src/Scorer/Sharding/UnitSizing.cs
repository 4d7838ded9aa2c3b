using System.Numerics;
using BatchEngine.Domain;

namespace BatchEngine.Scorer.Sharding;

/// <summary>How many rows a unit has when nobody said: fewer for wide inputs, so that its memory does not grow with the width, and so that it is still in the
/// cache when it is scored. Pure.</summary>
public static class UnitSizing
{
    // Two workers hold two units each: 4 of 4 MiB stay in a cache of 32 MiB. 5 M rows of 50 floats and logistic regression, CPU ns a row: 170 to 191 with
    // 16,384 rows a unit, 198 to 225 with 32,768, 167 to 170 with 8,192.
    private const int TargetBytes = 4 << 20;
    private const int MinRows = 8_192;

    /// <summary>The largest power of two whose rows of 4-byte columns fit the target, between 8,192 and <see cref="ScoringJob.DefaultUnitRows"/>.</summary>
    /// <param name="columns">Columns that are read.</param>
    public static int RowsFor(int columns) =>
        Math.Clamp((int)BitOperations.RoundUpToPowerOf2((uint)(TargetBytes / sizeof(float) / Math.Max(1, columns)) + 1) / 2, MinRows,
            ScoringJob.DefaultUnitRows);
}
