using System.Buffers;
using BatchEngine.Domain;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Snapshots.Segments;

namespace BatchEngine.Storage.Snapshots.Readers;

/// <summary>Reads a segment of a store into memory of ours, without a file.</summary>
internal static class SegmentFetch
{
    private const int PieceBytes = 1 << 20;

    /// <summary>Reads it to its end; what it is, its checksums say.</summary>
    /// <param name="blobs">The store.</param>
    /// <param name="artifact">What was recorded of the segment.</param>
    /// <param name="memory">Where to.</param>
    /// <param name="place">Where in it; there is room for the recorded length.</param>
    /// <param name="ct">Stops between pieces.</param>
    /// <exception cref="CorruptDataException">There is no such blob, or its length is another one.</exception>
    /// <exception cref="StorageFailedException">The store cannot be read.</exception>
    public static async Task RunAsync(IBlobStore blobs, Artifact artifact, SegmentMemory memory, long place, CancellationToken ct)
    {
        var source = await blobs.OpenReadAsync(artifact.BlobName, ct).ConfigureAwait(false);
        await using var read = source.ConfigureAwait(false);
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            long bytes = 0;
            while (await source.ReadAsync(piece, ct).ConfigureAwait(false) is > 0 and var count)
            {
                if (bytes + count <= artifact.Bytes)
                    Put(memory, place + bytes, piece.AsSpan(0, count));
                bytes += count;
            }
            if (bytes != artifact.Bytes)
                throw new CorruptDataException($"Segment {blobs.PlaceOf(artifact.BlobName)}", $"{bytes} bytes", $"{artifact.Bytes} bytes");
        }
        catch (IOException failure)
        {
            throw new StorageFailedException(blobs.PlaceOf(artifact.BlobName), $"it cannot be read to its end ({failure.Message}). Try again.",
                isTransient: true, failure);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }

    private static unsafe void Put(SegmentMemory memory, long place, ReadOnlySpan<byte> bytes) =>
        bytes.CopyTo(new Span<byte>(memory.Start + place, bytes.Length));
}
