using BatchEngine.Domain;
using BatchEngine.Storage.Blobs;

namespace BatchEngine.Storage.Snapshots.RunFiles;

/// <summary>A run file that can be opened, several times and from several threads: a file of this machine, or ranges of a blob that lies elsewhere.</summary>
/// <param name="Name">The path or blob name, for errors.</param>
/// <param name="Open">Gives a new readable, seekable stream at each call; the caller disposes it.</param>
public sealed record RunFileSource(string Name, Func<Stream> Open)
{
    /// <summary>Added to every row number in the file: it was written for a manifest in which its rows stood elsewhere. Default 0.</summary>
    public long RowNumberShift { get; init; }

    /// <summary>The blob, where each read is a request to another machine, so that few large ones are made and several at a time; null means a file of this
    /// machine.</summary>
    internal FarRunFile? Far { get; private init; }

    /// <summary>The run file that a receipt names, wherever the blobs are.</summary>
    public static RunFileSource Of(IBlobStore blobs, Artifact artifact) => blobs is LocalFolderBlobs folder
        ? FromPath(folder.FileOf(artifact.BlobName)) with { RowNumberShift = artifact.RowNumberShift }
        : new RunFileSource(artifact.BlobName, () => throw new InvariantBrokenException("a blob elsewhere is read by ranges", artifact.BlobName))
        {
            RowNumberShift = artifact.RowNumberShift,
            Far = new FarRunFile(blobs, artifact.BlobName, artifact.Bytes),
        };

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
