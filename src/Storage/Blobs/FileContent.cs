using System.Buffers;

namespace BatchEngine.Storage.Blobs;

/// <summary>A file, read front to back.</summary>
/// <remarks>The caller's thread reads by itself, into a piece that stays in the core's cache: handing each piece to another thread took longer than reading
/// and hashing it.</remarks>
internal static class FileContent
{
    private const int PieceBytes = 1 << 18;

    /// <summary>Takes the next bytes.</summary>
    public delegate void Taker(ReadOnlySpan<byte> bytes);

    /// <summary>Reads the file; gives its length.</summary>
    /// <param name="path">The file.</param>
    /// <param name="take">Takes each piece.</param>
    /// <param name="ct">Stops between pieces.</param>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    public static long Read(string path, Taker take, CancellationToken ct)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            long bytes = 0;
            while (RandomAccess.Read(file, piece, bytes) is > 0 and var count)
            {
                ct.ThrowIfCancellationRequested();
                take(piece.AsSpan(0, count));
                bytes += count;
            }
            return bytes;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
    }
}
