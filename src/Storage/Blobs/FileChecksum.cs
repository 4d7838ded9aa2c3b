using System.IO.Hashing;

namespace BatchEngine.Storage.Blobs;

/// <summary>Length and XxHash3 (64 bits) of a file, read front to back.</summary>
internal static class FileChecksum
{
    /// <summary>Reads the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="ct">Stops between pieces.</param>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    public static (long Bytes, ulong Checksum) Of(string path, CancellationToken ct)
    {
        var hash = new XxHash3();
        return (FileContent.Read(path, hash.Append, ct), hash.GetCurrentHashAsUInt64());
    }
}
