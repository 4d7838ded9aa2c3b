using System.Numerics;
using BatchEngine.Domain;

namespace BatchEngine.Scorer.Units;

/// <summary>How many rows a unit has, and how many units a worker holds, when nobody said.</summary>
public static class UnitSizing
{
    /// <summary>The most units that a worker holds: one is decoded while another is scored. A third was not measurably faster and costs a unit of memory a
    /// worker.</summary>
    public const int MaxUnitsHeld = 2;

    // Two workers hold two units each: 4 of 4 MiB stay in a cache of 32 MiB. 5 M rows of 50 floats and logistic regression, CPU ns a row: 170 to 191 with
    // 16,384 rows a unit, 198 to 225 with 32,768, 167 to 170 with 8,192.
    private const int TargetBytes = 4 << 20;
    private const int MinRows = 8_192;

    /// <summary>The largest power of two whose rows of 4-byte columns fit the target, between 8,192 and <see cref="ScoringJob.DefaultUnitRows"/>: fewer for
    /// wide inputs, so that a unit's memory does not grow with the width and it is still in the cache when it is scored.</summary>
    /// <param name="columns">Columns that are read.</param>
    public static int RowsFor(int columns) =>
        Math.Clamp((int)BitOperations.RoundUpToPowerOf2((uint)(TargetBytes / sizeof(float) / Math.Max(1, columns)) + 1) / 2, MinRows,
            ScoringJob.DefaultUnitRows);

    /// <summary>The number of units each of a machine's workers holds. With a worker on every core there is no core left to decode ahead on: workers overlap
    /// each other's reading and scoring, and alternating was 15 % faster.</summary>
    public static int UnitsHeld(int workers) => workers < Environment.ProcessorCount ? MaxUnitsHeld : 1;
}
