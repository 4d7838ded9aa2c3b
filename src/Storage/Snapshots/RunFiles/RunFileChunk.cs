using System.Buffers.Binary;

namespace BatchEngine.Storage.Snapshots.RunFiles;

/// <summary>One chunk of a run file: rows of one partition, then the bytes of their text keys.</summary>
internal readonly record struct RunFileChunk(int Partition, int Rows, long Offset, long Bytes, long KeyBytes, ulong Checksum)
{
    /// <summary>Reads an entry of the directory.</summary>
    public static RunFileChunk Read(ReadOnlySpan<byte> entry) => new(
        BinaryPrimitives.ReadInt32LittleEndian(entry),
        BinaryPrimitives.ReadInt32LittleEndian(entry[4..]),
        BinaryPrimitives.ReadInt64LittleEndian(entry[8..]),
        BinaryPrimitives.ReadInt64LittleEndian(entry[16..]),
        BinaryPrimitives.ReadInt64LittleEndian(entry[24..]),
        BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]));
}
