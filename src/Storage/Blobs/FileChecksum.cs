using System.Buffers;
using System.IO.Hashing;

namespace BatchEngine.Storage.Blobs;

/// <summary>Length and XxHash3 (64 bits) of a file, read front to back.</summary>
/// <remarks>The caller's thread reads by itself, into a piece that stays in the core's cache: handing each piece to another thread took longer than reading
/// and hashing it.</remarks>
internal static class FileChecksum
{
    private const int PieceBytes = 1 << 18;

    /// <summary>Reads the file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="ct">Stops between pieces.</param>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    public static (long Bytes, ulong Checksum) Of(string path, CancellationToken ct)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        var hash = new XxHash3();
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            long bytes = 0;
            while (RandomAccess.Read(file, piece, bytes) is > 0 and var count)
            {
                ct.ThrowIfCancellationRequested();
                hash.Append(piece.AsSpan(0, count));
                bytes += count;
            }
            return (bytes, hash.GetCurrentHashAsUInt64());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
