using Microsoft.Win32.SafeHandles;

namespace BatchEngine.Storage.Blobs.Copies;

/// <summary>A copy that is being fetched. Disposing it lets go of it; unless it has its name by then, it is removed by then or by the next process that makes
/// room.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Content">Where its files go.</param>
/// <param name="Hold">Locked for as long as this process works on it.</param>
internal sealed record PartialCopy(string Folder, string Content, SafeFileHandle Hold) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            if (Directory.Exists(Folder))
                Directory.Delete(Folder, recursive: true);
        }
        catch (Exception e) when (BlobFailures.IsOne(e))
        {
            // The next one that makes room removes it; the failure that led here is the one to report.
        }
        Hold.Dispose();
    }
}
