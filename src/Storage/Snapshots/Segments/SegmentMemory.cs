using System.Runtime.InteropServices;
using BatchEngine.Domain;

namespace BatchEngine.Storage.Snapshots.Segments;

/// <summary>Memory of our own for the segments of one snapshot, on huge pages where the system gives them: look-ups go to random places, and then wait for the
/// address as often as for the data. Not thread-safe to free.</summary>
internal sealed unsafe partial class SegmentMemory : IDisposable
{
    private const nuint HugePage = 2 << 20;
    private const int ReadOnly = 1;
    private const int ReadAndWrite = 3;
    private const int PrivateAnonymous = 0x22;
    private const int WantHugePages = 14;

    private readonly long _bytes;
    private readonly nuint _taken;
    private byte* _region;

    /// <summary>Takes zeroed memory that starts at a huge page.</summary>
    /// <param name="bytes">How much.</param>
    /// <exception cref="StorageFailedException">There is not so much.</exception>
    public SegmentMemory(long bytes)
    {
        _taken = (nuint)bytes + HugePage;
        _region = OperatingSystem.IsLinux() ? Map(null, _taken, ReadAndWrite, PrivateAnonymous, -1, 0) : (byte*)NativeMemory.AllocZeroed(_taken);
        if (_region is null || _region == (byte*)-1)
            throw new StorageFailedException("memory", $"A snapshot needs {Figures.Bytes(bytes)}, and the system gives no more.", isTransient: true);
        _bytes = bytes;
        ServedMemory.Add(bytes);
        Start = (byte*)(((nuint)_region + HugePage - 1) & ~(HugePage - 1));
        // A wish: without huge pages the memory is as good, and slower.
        if (OperatingSystem.IsLinux() && (nuint)bytes >= HugePage)
            _ = Advise(Start, (nuint)bytes, WantHugePages);
    }

    /// <summary>The first byte.</summary>
    public byte* Start { get; }

    /// <summary>From now on nothing can write to it, not even by mistake.</summary>
    public void MakeReadOnly()
    {
        if (OperatingSystem.IsLinux())
            _ = Protect(_region, _taken, ReadOnly);
    }

    /// <summary>Gives it back. Calling it again does nothing.</summary>
    public void Dispose()
    {
        if (_region is null)
            return;
        if (OperatingSystem.IsLinux())
            _ = Unmap(_region, _taken);
        else
            NativeMemory.Free(_region);
        _region = null;
        ServedMemory.Add(-_bytes);
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial byte* Map(byte* address, nuint bytes, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(byte* address, nuint bytes);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(byte* address, nuint bytes, int advice);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(byte* address, nuint bytes, int protection);
}
