namespace BatchEngine.Storage.Snapshots.Segments;

/// <summary>The memory in which this process keeps snapshots for look-ups. Thread-safe.</summary>
public static class ServedMemory
{
    private static long s_bytes;

    /// <summary>How much it is now.</summary>
    public static long Bytes => Interlocked.Read(ref s_bytes);

    internal static void Add(long bytes) => Interlocked.Add(ref s_bytes, bytes);
}
