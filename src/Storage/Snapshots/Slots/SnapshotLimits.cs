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
}
