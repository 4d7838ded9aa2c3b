using System.Runtime.InteropServices;

namespace BatchEngine.Scorer.Memory;

/// <summary>How the C library's heap of this process keeps freed memory.</summary>
public static partial class NativeHeap
{
    // Of glibc's malloc.h.
    private const int MmapThreshold = -3, ArenaMax = -8;

    // Fewer make threads of a small machine wait for each other.
    private const int LeastArenas = 2;

    // Unit buffers, run file buffers and the rows of a partition are larger, a page of a column is smaller.
    private const int LargeBlockBytes = 1 << 20;

    /// <summary>
    /// Lets every block of 1 MiB or more go back to the system when it is freed. By default glibc gives that up after the first such block and keeps them in
    /// one heap a thread: five nights of 5 million rows in one
    /// process then held 100 to 160 MB more than one. And there is one heap a core, not eight: threads come and go from night to night, and each new one may
    /// find a heap of its own to fill. A thousand nights of a small job in one process held 127 MB with eight heaps a core, 69 MB with a single heap.
    /// Told once, as early as possible; does nothing where the C library is another one.
    /// </summary>
    public static void KeepLittle()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = SetOption(MmapThreshold, LargeBlockBytes);
            _ = SetOption(ArenaMax, Math.Max(LeastArenas, Environment.ProcessorCount));
        }
        catch (Exception missing) when (missing is EntryPointNotFoundException or DllNotFoundException)
        {
            // musl has no such option, and returns large blocks anyway.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
