namespace BatchEngine.Storage.Snapshots.Slots;

/// <summary>The named limits of run files and segments.</summary>
public static class SnapshotLimits
{
    /// <summary>The most float32 outputs of one prediction.</summary>
    public const int MaxOutputs = 65_536;

    /// <summary>The most rows (duplicates included) that one partition's segment is built from; more needs more partitions.</summary>
    public const long MaxRowsPerPartition = 1L << 30;

    /// <summary>The default of a run file writer's buffers, over all partitions, in bytes.</summary>
    public const long DefaultBufferBytes = 32L << 20;

    /// <summary>A partition's buffer in a run file writer is never larger than this, in bytes.</summary>
    public const long MaxPartitionBufferBytes = 512L << 10;

    /// <summary>Partitions whose run files lie on another machine are loaded together up to this many bytes, so that neighbours are read in one
    /// request.</summary>
    internal const long LoadedTogetherBytes = 128L << 20;

    /// <summary>The longest read of a run file on another machine, in bytes.</summary>
    internal const long FarReadBytes = 4L << 20;

    /// <summary>Reads of run files on another machine that one sealer waits for at the same time.</summary>
    internal const int FarReadsAtOnce = 8;
}
