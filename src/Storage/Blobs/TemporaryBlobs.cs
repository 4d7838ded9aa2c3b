using System.Globalization;
using System.IO.Hashing;
using System.Text;
using BatchEngine.Domain;

namespace BatchEngine.Storage.Blobs;

/// <summary>The files of a blob folder that have no name of their own: those being written, and those being swept. Thread-safe; several processes may share the
/// folder.</summary>
/// <param name="root">The blob folder.</param>
internal sealed class TemporaryBlobs(string root)
{
    // Writers hand over whole pages and chunks; the buffer only gathers what is small, and is new for every file.
    private const int WriteBufferBytes = 1 << 16;
    private const int MaxNames = 10_000;

    // "It exists" of Linux and macOS, which .NET hands through, and of Windows.
    private const int Exists = 17, WindowsExists = unchecked((int)0x80070050);
    private int _sequence;

    /// <summary>Where they lie: on the same disk as the blobs, so that a rename publishes them.</summary>
    public string Folder { get; } = Path.Combine(root, ".uncommitted");

    /// <summary>A new, open file. Process and sequence make its name; a leftover of an earlier process with the same number is stepped over.</summary>
    /// <param name="label">The end of its name.</param>
    public FileStream Create(string label)
    {
        FolderSync.Create(Folder);
        for (var tries = 0; tries < MaxNames; tries++)
        {
            var path = Path.Combine(Folder,
                string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Interlocked.Increment(ref _sequence)}-{label}"));
            try
            {
                return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete, WriteBufferBytes,
                    FileOptions.SequentialScan);
            }
            catch (IOException taken) when (taken.HResult is Exists or WindowsExists)
            {
                // The next number is tried.
            }
        }
        throw new StorageFailedException(Folder,
            $"{MaxNames} names of temporaries are taken. Run the sweeper, or remove the folder while nothing runs.", isTransient: false);
    }

    /// <summary>Removes a blob's file that was last written before the instant; false means that it is younger or gone.</summary>
    /// <remarks>The file leaves its name before its time is looked at for the last time: whoever renews it either did so before and is seen, or finds it
    /// gone.</remarks>
    public bool Sweep(string path, DateTime before)
    {
        if (!File.Exists(path) || File.GetLastWriteTimeUtc(path) >= before)
            return false;
        FolderSync.Create(Folder);
        var aside = Path.Combine(Folder,
            string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{Interlocked.Increment(ref _sequence)}-swept-{FlatName(path)}"));
        try
        {
            File.Move(path, aside, overwrite: true);
        }
        catch (FileNotFoundException)
        {
            return false; // Another sweep was faster.
        }
        if (File.GetLastWriteTimeUtc(aside) < before)
        {
            File.Delete(aside);
            return true;
        }
        try
        {
            File.Move(aside, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(aside); // Somebody wrote it again meanwhile.
        }
        return false;
    }

    // Two containers may have processes of one number, and a process several stores: only the same blob ever goes to the same place.
    private static string FlatName(string path) => Convert.ToHexStringLower(XxHash128.Hash(Encoding.UTF8.GetBytes(path)));

    /// <summary>Removes those that were last written before the instant; gives how many.</summary>
    public int DeleteOlder(DateTimeOffset before, CancellationToken ct)
    {
        var old = Directory.Exists(Folder) ? new DirectoryInfo(Folder).EnumerateFiles().Where(f => f.LastWriteTimeUtc < before.UtcDateTime).ToList() : [];
        foreach (var file in old)
        {
            ct.ThrowIfCancellationRequested();
            file.Delete();
        }
        return old.Count;
    }
}
