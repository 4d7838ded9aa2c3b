using System.Numerics;

namespace BatchEngine.Scorer.Memory;

/// <summary>How a scoring fits under a ceiling, or the least ceiling under which it would.</summary>
public abstract record MemoryAnswer
{
    /// <summary>The least rows that a unit is cut to: the cost of a row group, and of a call into the model, would show.</summary>
    public const int MinUnitRows = 4_096;

    private const long Megabyte = 1_000_000;

    private MemoryAnswer()
    {
    }

    /// <summary>It fits.</summary>
    /// <param name="Workers">The number of workers that fit, at least 1.</param>
    /// <param name="UnitRows">The most rows of a unit.</param>
    /// <param name="Bytes">The memory that they need, in bytes.</param>
    public sealed record Fits(int Workers, int UnitRows, long Bytes) : MemoryAnswer;

    /// <summary>It does not, even with one worker and the smallest units.</summary>
    /// <param name="LeastBytes">The least ceiling that would do, in whole megabytes.</param>
    public sealed record TooSmall(long LeastBytes) : MemoryAnswer;

    /// <summary>Decides. More workers come before larger units: a unit of 4,096 rows costs a few percent, a worker a core. Pure.</summary>
    /// <param name="need">What is held.</param>
    /// <param name="limitBytes">The ceiling.</param>
    /// <param name="workers">The most workers, at least 1.</param>
    /// <param name="unitRows">The most rows of a unit, at least 1.</param>
    public static MemoryAnswer Of(MemoryNeed need, long limitBytes, int workers, int unitRows)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(workers);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(unitRows);
        var least = Math.Min(MinUnitRows, unitRows);
        for (var count = workers; count > 0; count--)
        {
            var room = ((limitBytes - need.ProcessBytes) / count) - need.WorkerBytes;
            var rows = room <= 0 ? 0 : Math.Min(unitRows, room / Math.Max(1, need.RowBytes));
            if (rows < least)
                continue;
            // A power of two, as every other unit: the executors' blocks then come out even.
            var taken = rows == unitRows ? unitRows : Math.Max(least, (int)(BitOperations.RoundUpToPowerOf2((uint)rows + 1) / 2));
            return new Fits(count, taken, need.Of(count, taken));
        }
        return new TooSmall((need.Of(1, least) + Megabyte - 1) / Megabyte * Megabyte);
    }
}
