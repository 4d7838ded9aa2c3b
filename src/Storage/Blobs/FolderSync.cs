using System.Runtime.InteropServices;

namespace BatchEngine.Storage.Blobs;

/// <summary>Makes a folder's entries durable: a renamed file can vanish in a power cut until its folder is synced. .NET opens no folders, so the three system
/// calls are made here.</summary>
internal static partial class FolderSync
{
    /// <summary>Syncs the folder. Windows keeps its entries in a journal of its own, so there it does nothing.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var handle = Open(folder, flags: 0);
        if (handle < 0)
            throw new IOException($"The folder {folder} cannot be opened for syncing (error {Marshal.GetLastPInvokeError()}).", Marshal.GetLastPInvokeError());
        try
        {
            if (Sync(handle) != 0)
                throw new IOException($"The folder {folder} cannot be synced (error {Marshal.GetLastPInvokeError()}).", Marshal.GetLastPInvokeError());
        }
        finally
        {
            _ = Close(handle);
        }
    }

    /// <summary>Creates a folder with all its parents and makes each new entry durable.</summary>
    public static void Create(string folder)
    {
        if (Directory.Exists(folder))
            return;
        var parent = Path.GetDirectoryName(folder);
        if (parent is not null)
            Create(parent);
        Directory.CreateDirectory(folder);
        if (parent is not null)
            Flush(parent);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);
}
