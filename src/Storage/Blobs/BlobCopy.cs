using System.IO.Hashing;
using BatchEngine.Domain;

namespace BatchEngine.Storage.Blobs;

/// <summary>Copies blobs out of a store. Thread-safe.</summary>
public static class BlobCopy
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Writes a blob to a file. It is read once: the bytes that are compared with the recorded checksum are the very bytes that are written.</summary>
    /// <param name="blobs">Where it is.</param>
    /// <param name="artifact">What was recorded of it.</param>
    /// <param name="path">The file; replaced when it is there.</param>
    /// <param name="ct">Stops between pieces; the file is then incomplete.</param>
    /// <exception cref="CorruptDataException">The blob is missing, or its length or checksum differs.</exception>
    public static async Task ToFileAsync(IBlobStore blobs, Artifact artifact, string path, CancellationToken ct)
    {
        var source = await blobs.OpenReadAsync(artifact.BlobName, ct).ConfigureAwait(false);
        await using var read = source.ConfigureAwait(false);
        await using var copy = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var (checksum, bytes) = (new XxHash3(), 0L);
        var buffer = new byte[BufferBytes];
        while (await source.ReadAsync(buffer, ct).ConfigureAwait(false) is > 0 and var count)
        {
            checksum.Append(buffer.AsSpan(0, count));
            await copy.WriteAsync(buffer.AsMemory(0, count), ct).ConfigureAwait(false);
            bytes += count;
        }
        var seen = checksum.GetCurrentHashAsUInt64();
        if (bytes != artifact.Bytes || seen != artifact.Checksum)
            throw new CorruptDataException(artifact.BlobName, $"{bytes} bytes with checksum {seen:x16}", $"{artifact.Bytes} bytes with checksum {artifact.Checksum:x16}");
    }
}
