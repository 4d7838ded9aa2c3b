namespace BatchEngine.Scheduler.Planning;

/// <summary>Every number that planning goes by.</summary>
public static class PlanLimits
{
    /// <summary>Shards per worker aimed at, so that a late or dead worker's part is small next to the whole.</summary>
    public const int ShardsPerWorker = 4;

    /// <summary>Workers for which a run is cut whose workers are elsewhere and whose job does not say how many: they may come while it goes on.</summary>
    public const int WorkersElsewhere = 64;

    /// <summary>The most shards of a run.</summary>
    public const int MaxShards = 16_384;

    /// <summary>Keys aimed at in a partition: a segment of that many is built in a fraction of a second and maps in about 50 MB.</summary>
    public const long KeysPerPartition = 2_000_000;

    /// <summary>Rows are looked up in the base only when the model costs at least this many nanoseconds a row: a look-up costs 25 to 35, and not every row is
    /// unchanged.</summary>
    public const double MinModelNanosecondsToCompare = 75;

    /// <summary>Going on from the base's sums pays when its trees cost at least this many nanoseconds a row: besides the look-up (30) a row is
    /// fingerprinted twice (11 more) and all rows pass through the appended trees (25 measured for 50 of depth 6).</summary>
    public const double MinTreesNanosecondsToGoOn = 120;

    /// <summary>A run that read fewer rows than this tells no speed unless it worked for <see cref="MinWorkForSpeed"/>.</summary>
    /// <remarks>A short run measures how long it takes to open files and a model: 1,000 rows told 3,500 rows/s of a model that scores a million, and the next
    /// night of 3 million rows was refused for its deadline.</remarks>
    public const long MinRowsForSpeed = 100_000;

    /// <summary>Work after which a run tells its speed however few rows it read.</summary>
    public static TimeSpan MinWorkForSpeed { get; } = TimeSpan.FromSeconds(5);

    /// <summary>The most partitions of a snapshot.</summary>
    public const int MaxPartitions = 4_096;
}
