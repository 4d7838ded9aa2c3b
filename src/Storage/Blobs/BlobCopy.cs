using System.Buffers;
using System.IO.Hashing;
using BatchEngine.Domain;

namespace BatchEngine.Storage.Blobs;

/// <summary>Copies blobs out of a store.</summary>
public static class BlobCopy
{
    private const int BufferBytes = 1 << 18;

    /// <summary>Writes a blob to a file of its own, which may be changed or removed without harm to the blob. What was written is compared with what was
    /// recorded.</summary>
    /// <remarks>
    /// A store on this machine leaves the copy to the system, which shares the blocks of the disk until one of the two files is changed, where the file
    /// system can (XFS, Btrfs, APFS, ReFS).
    /// Never a hard link: a program that writes into the file, instead of replacing it, would change the blob.
    /// </remarks>
    /// <param name="blobs">Where it is.</param>
    /// <param name="artifact">What was recorded of it.</param>
    /// <param name="path">The file; replaced when it is there.</param>
    /// <param name="ct">Stops between pieces; the file is then incomplete.</param>
    /// <exception cref="CorruptDataException">The blob is missing, or its length or checksum differs.</exception>
    public static async Task ToFileAsync(IBlobStore blobs, Artifact artifact, string path, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var (bytes, checksum) = blobs is LocalFolderBlobs folder ? CopyLocal(folder.FileOf(artifact.BlobName), path, ct)
            : await StreamAsync(blobs, artifact, path, ct).ConfigureAwait(false);
        Compare(artifact, bytes, checksum);
    }

    /// <summary>Writes a blob to another store; nothing is seen there unless it is what was recorded.</summary>
    /// <param name="blobs">Where it is.</param>
    /// <param name="artifact">What was recorded of it.</param>
    /// <param name="target">The other store.</param>
    /// <param name="name">Its name there; replaced when it is there.</param>
    /// <param name="ct">Stops between pieces.</param>
    /// <exception cref="CorruptDataException">The blob is missing, or its length or checksum differs.</exception>
    public static async Task ToStoreAsync(IBlobStore blobs, Artifact artifact, IBlobStore target, string name, CancellationToken ct)
    {
        var writer = await target.CreateAsync(name, ct).ConfigureAwait(false);
        await using var open = writer.ConfigureAwait(false);
        var (bytes, checksum) = await StreamAsync(blobs, artifact, writer.Content, ct).ConfigureAwait(false);
        Compare(artifact, bytes, checksum);
        await writer.CommitAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Whether the file is there with the length and checksum that were recorded of the blob.</summary>
    /// <param name="path">The file.</param>
    /// <param name="artifact">What was recorded of the blob.</param>
    /// <param name="ct">Stops between pieces.</param>
    /// <exception cref="IOException">It is there and cannot be read.</exception>
    public static bool IsSound(string path, Artifact artifact, CancellationToken ct) => new FileInfo(path) is { Exists: true } file
        && file.Length == artifact.Bytes && FileChecksum.Of(path, ct) == (artifact.Bytes, artifact.Checksum);

    private static void Compare(Artifact artifact, long bytes, ulong checksum)
    {
        if (bytes != artifact.Bytes || checksum != artifact.Checksum)
            throw new CorruptDataException(artifact.BlobName, $"{bytes} bytes with checksum {checksum:x16}",
                $"{artifact.Bytes} bytes with checksum {artifact.Checksum:x16}");
    }

    private static (long Bytes, ulong Checksum) CopyLocal(string source, string path, CancellationToken ct)
    {
        if (!File.Exists(source))
            throw new CorruptDataException(source, "no file", "the blob that was written");
        File.Copy(source, path, overwrite: true);
        return FileChecksum.Of(path, ct);
    }

    private static async Task<(long Bytes, ulong Checksum)> StreamAsync(IBlobStore blobs, Artifact artifact, string path, CancellationToken ct)
    {
        await using var copy = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        return await StreamAsync(blobs, artifact, copy, ct).ConfigureAwait(false);
    }

    // Read once: the bytes that are hashed are the very bytes that are written.
    private static async Task<(long Bytes, ulong Checksum)> StreamAsync(IBlobStore blobs, Artifact artifact, Stream copy, CancellationToken ct)
    {
        var source = await blobs.OpenReadAsync(artifact.BlobName, ct).ConfigureAwait(false);
        await using var read = source.ConfigureAwait(false);
        var (checksum, bytes) = (new XxHash3(), 0L);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (await source.ReadAsync(buffer, ct).ConfigureAwait(false) is > 0 and var count)
            {
                checksum.Append(buffer.AsSpan(0, count));
                await copy.WriteAsync(buffer.AsMemory(0, count), ct).ConfigureAwait(false);
                bytes += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return (bytes, checksum.GetCurrentHashAsUInt64());
    }
}
