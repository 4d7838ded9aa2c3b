using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using BatchEngine.Domain;

namespace BatchEngine.Scorer.Inputs.Files;

/// <summary>Looks at a file's first and last bytes before the Parquet library does, so that the usual mishaps get plain words.</summary>
internal static class FileFooter
{
    private const int MagicBytes = 4;
    private const int TailBytes = 8;
    private const int SmallestFile = MagicBytes + TailBytes;

    private const int PieceBytes = 16_384;

    /// <summary>The largest footer that is read for the content tag.</summary>
    private const int MaxFooterBytes = 1 << 30;

    /// <summary>Makes sure that the file looks like a whole Parquet file.</summary>
    /// <exception cref="BadInputException">It does not.</exception>
    public static void Check(string path) => Inspect(path, withTag: false);

    /// <summary>Length and content tag: a hash over length, modification time and footer bytes.</summary>
    /// <exception cref="BadInputException">It does not look like a whole Parquet file.</exception>
    public static (long Bytes, string Tag) Read(string path) => Inspect(path, withTag: true);

    /// <summary>Makes sure that the file is still the one that was planned.</summary>
    /// <exception cref="BadInputException">It is shorter, longer or has another tag.</exception>
    public static void CheckUnchanged(InputFile planned)
    {
        var length = File.Exists(planned.Path) ? new FileInfo(planned.Path).Length : throw InputProblems.NotThere(planned.Path);
        if (length != planned.Bytes)
            throw InputProblems.Changed(planned.Path, $"{length} bytes", $"{planned.Bytes} bytes");
        var (_, tag) = Read(planned.Path);
        if (tag != planned.ContentTag)
            throw InputProblems.Changed(planned.Path, $"content tag {tag}", $"content tag {planned.ContentTag}");
    }

    private static (long Bytes, string Tag) Inspect(string path, bool withTag)
    {
        try
        {
            if (!File.Exists(path))
                throw InputProblems.NotThere(path);
            var modified = File.GetLastWriteTimeUtc(path);
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            var footerBytes = CheckEnds(path, file);
            return (file.Length, withTag ? Tag(file, footerBytes, modified) : "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageFailedException(path, $"cannot be read ({e.Message}). Check that the file is there and that this user may read it.",
                isTransient: e is IOException, e);
        }
    }

    /// <summary>Whether the last bytes are those of a Parquet file.</summary>
    public static bool IsEnd(ReadOnlySpan<byte> end) => end.Length >= TailBytes && end.EndsWith("PAR1"u8);

    /// <summary>Makes sure that a file of that length begins as Parquet does.</summary>
    /// <exception cref="BadInputException">It does not.</exception>
    public static void CheckHead(string path, long length, ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("PARE"u8))
            throw InputProblems.Encrypted(path);
        if (!head.StartsWith("PAR1"u8))
            throw InputProblems.NotParquet(path, $"a file that begins with {Show(head)}");
        if (length < SmallestFile)
            throw InputProblems.Truncated(path, $"a Parquet file of only {length} bytes");
    }

    /// <summary>The footer's length, from the last 8 bytes of the file.</summary>
    /// <exception cref="BadInputException">They are not those of a whole Parquet file.</exception>
    public static int LengthOf(string path, long length, ReadOnlySpan<byte> tail)
    {
        if (!IsEnd(tail))
            throw InputProblems.Truncated(path, $"{length} bytes that begin as Parquet but end with {Show(tail[MagicBytes..])}");
        var footer = BinaryPrimitives.ReadInt32LittleEndian(tail);
        return footer > 0 && footer <= length - SmallestFile
            ? footer
            : throw InputProblems.Truncated(path, string.Create(CultureInfo.InvariantCulture, $"a footer of {footer} bytes in a file of {length} bytes"));
    }

    /// <returns>The footer's length.</returns>
    private static int CheckEnds(string path, FileStream file)
    {
        var length = file.Length;
        if (length == 0)
            throw InputProblems.Empty(path);
        Span<byte> head = stackalloc byte[TailBytes];
        CheckHead(path, length, head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)]);
        Span<byte> tail = stackalloc byte[TailBytes];
        file.Seek(-TailBytes, SeekOrigin.End);
        file.ReadExactly(tail);
        return LengthOf(path, length, tail);
    }

    private static string Tag(FileStream file, int footerBytes, DateTime modified)
    {
        var hash = new XxHash128();
        Span<byte> facts = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(facts, file.Length);
        BinaryPrimitives.WriteInt64LittleEndian(facts[8..], modified.Ticks);
        hash.Append(facts);
        var left = Math.Min(footerBytes, MaxFooterBytes);
        file.Seek(-TailBytes - left, SeekOrigin.End);
        // Piece by piece: a footer grows with the file, and a file is opened for every part of it.
        Span<byte> piece = stackalloc byte[PieceBytes];
        for (; left > 0; left -= Math.Min(left, PieceBytes))
        {
            var next = piece[..Math.Min(left, PieceBytes)];
            file.ReadExactly(next);
            hash.Append(next);
        }
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>Bytes as text where they are printable, else in hexadecimal.</summary>
    private static string Show(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            if (value is < 0x20 or > 0x7E)
                return $"bytes {Convert.ToHexString(bytes)}";
        }
        return $"'{Encoding.ASCII.GetString(bytes)}'";
    }
}
