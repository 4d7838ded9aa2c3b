using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using BatchEngine.Domain;

namespace BatchEngine.Storage.Snapshots.RunFiles;

/// <summary>The last bytes of a run file: without them it is not complete. See docs/segment-format.md.</summary>
internal readonly record struct RunFileEnd(long DirectoryOffset, int Chunks, long Rows, ulong DirectoryChecksum)
{
    /// <summary>Reads and verifies them.</summary>
    /// <param name="name">For errors.</param>
    /// <param name="end">The bytes.</param>
    /// <param name="length">The length of the file.</param>
    /// <exception cref="CorruptDataException">They changed, or say that the file is longer or shorter.</exception>
    public static RunFileEnd Read(string name, ReadOnlySpan<byte> end, long length)
    {
        var intact = XxHash3.HashToUInt64(end[..56]) == BinaryPrimitives.ReadUInt64LittleEndian(end[56..]);
        if (!intact || !end.StartsWith(RunFileFormat.TrailerMagic))
            throw new CorruptDataException($"Run file {name}", "no valid end", "a complete run file");
        var directoryOffset = BinaryPrimitives.ReadInt64LittleEndian(end[8..]);
        var chunks = BinaryPrimitives.ReadInt64LittleEndian(end[16..]);
        var rows = BinaryPrimitives.ReadInt64LittleEndian(end[24..]);
        var written = BinaryPrimitives.ReadInt64LittleEndian(end[32..]);
        if (written != length || directoryOffset + (chunks * RunFileFormat.DirectoryEntryBytes) + RunFileFormat.TrailerBytes != length)
            throw new CorruptDataException($"Run file {name}", string.Create(CultureInfo.InvariantCulture, $"{length} bytes"),
                string.Create(CultureInfo.InvariantCulture, $"{written} bytes"));
        return new RunFileEnd(directoryOffset, (int)chunks, rows, BinaryPrimitives.ReadUInt64LittleEndian(end[40..]));
    }
}
