using Microsoft.Win32.SafeHandles;

namespace BatchEngine.Storage.Blobs.Copies;

/// <summary>Locks of files that the system gives back when a process ends, however it ends (flock on Linux and macOS, sharing modes on Windows). Each open
/// handle counts on its own, in one process as in several.</summary>
internal static class FileLock
{
    // "Try again" of Linux and macOS, which .NET hands through, and the sharing violation of Windows.
    private const int Linux = 11, Mac = 35, Windows = unchecked((int)0x80070020);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Takes a file for this handle alone; null means that another handle has it.</summary>
    /// <exception cref="IOException">It is not there and is not to be created, or the disk refuses.</exception>
    public static SafeFileHandle? TryTake(string path, FileMode mode) => Try(path, mode, FileAccess.ReadWrite, FileShare.None);

    /// <summary>Shares a file with others that share it; null means that a handle has it for itself.</summary>
    /// <exception cref="IOException">It is not there, or the disk refuses.</exception>
    public static SafeFileHandle? TryShare(string path) => Try(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);

    /// <summary>Waits until this handle has the file alone; creates it.</summary>
    public static async Task<SafeFileHandle> TakeAsync(string path, CancellationToken ct)
    {
        while (true)
        {
            if (TryTake(path, FileMode.OpenOrCreate) is { } taken)
                return taken;
            await PauseAsync(ct).ConfigureAwait(false);
        }
    }

    /// <summary>Waits a little for another process. Real time on purpose: the other one does not know of a test's clock.</summary>
    public static Task PauseAsync(CancellationToken ct) => Task.Delay(s_pause, TimeProvider.System, ct);

    private static SafeFileHandle? Try(string path, FileMode mode, FileAccess access, FileShare share)
    {
        try
        {
            return File.OpenHandle(path, mode, access, share);
        }
        catch (IOException taken) when (taken.HResult is Linux or Mac or Windows)
        {
            return null;
        }
    }
}
