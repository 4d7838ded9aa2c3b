namespace BatchEngine.Domain;

/// <summary>Neighbouring key partitions that one worker seals under one lease. Finished when each has its segment.</summary>
/// <param name="Index">Counted from 0.</param>
/// <param name="FromPartition">The first partition.</param>
/// <param name="ToPartitionExclusive">One past the last.</param>
public sealed record SealUnit(int Index, int FromPartition, int ToPartitionExclusive)
{
    /// <summary>The most units of a run: enough for any number of workers, and few enough that what each reads of the run files' directories is
    /// little.</summary>
    public const int MaxUnits = 128;

    /// <summary>Cuts the partitions of a run into units of equal size: one partition each, unless there would be more than <see cref="MaxUnits"/>.</summary>
    /// <param name="partitionCount">A power of two.</param>
    public static IReadOnlyList<SealUnit> Of(int partitionCount)
    {
        var size = Math.Max(1, partitionCount / MaxUnits);
        return [.. Enumerable.Range(0, partitionCount / size).Select(unit => new SealUnit(unit, unit * size, (unit + 1) * size))];
    }
}
