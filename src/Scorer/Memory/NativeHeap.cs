using System.Runtime.InteropServices;

namespace BatchEngine.Scorer.Memory;

/// <summary>How the C library's heap of this process keeps freed memory.</summary>
public static partial class NativeHeap
{
    // Of glibc's malloc.h.
    private const int MmapThreshold = -3;

    // Unit buffers, run file buffers and the rows of a partition are larger, a page of a column is smaller.
    private const int LargeBlockBytes = 1 << 20;

    /// <summary>
    /// Lets every block of 1 MiB or more go back to the system when it is freed. By default glibc gives that up after the first such block and keeps them in
    /// one heap a thread: five nights of 5 million rows in one
    /// process then held 100 to 160 MB more than one. Told once, as early as possible; does nothing where the C library is another one.
    /// </summary>
    public static void ReturnLargeBlocks()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = SetOption(MmapThreshold, LargeBlockBytes);
        }
        catch (Exception missing) when (missing is EntryPointNotFoundException or DllNotFoundException)
        {
            // musl has no such option, and returns large blocks anyway.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);
}
