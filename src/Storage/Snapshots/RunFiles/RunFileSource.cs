using BatchEngine.Domain;

namespace BatchEngine.Storage.Snapshots.RunFiles;

/// <summary>A run file that can be opened, several times and from several threads.</summary>
/// <param name="Name">The path or blob name, for errors.</param>
/// <param name="Open">Gives a new readable, seekable stream at each call; the caller disposes it.</param>
public sealed record RunFileSource(string Name, Func<Stream> Open)
{
    /// <summary>Added to every row number in the file: it was written for a manifest in which its rows stood elsewhere. Default 0.</summary>
    public long RowNumberShift { get; init; }

    /// <summary>A run file on a local disk.</summary>
    public static RunFileSource FromPath(string path) => new(path, () =>
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageFailedException(path, $"The run file cannot be opened ({e.Message}). Start the run again; finished shards are kept.",
                isTransient: false, e);
        }
    });
}
