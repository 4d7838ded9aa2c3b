using System.Buffers.Binary;
using System.IO.Hashing;
using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.Slots;

namespace BatchEngine.Storage.Snapshots.Segments;

/// <summary>The first 128 bytes of a segment. See docs/segment-format.md.</summary>
internal sealed record SegmentHeader(KeyKind KeyKind, int OutputCount, int Partition, int PartitionCount, long Keys, long HomeSlots, long TotalSlots,
    long HeapBytes, int KeptSums)
{
    public const uint Version = 1;
    public const int Bytes = 128;
    public const int BlockBytes = 256 * 1024;
    public const int TagsAtOnce = 32;
    private const int ChecksumAt = 120;

    public static ReadOnlySpan<byte> Magic => "BEPREDSG"u8;

    public SlotLayout Layout => new(KeyKind, OutputCount, KeptSums);

    /// <summary>One tag a slot, and at least 32 zeros behind, so that 32 tags can be loaded from any slot; a multiple of 64.</summary>
    public long TagBytes => (TotalSlots + TagsAtOnce + 63) & ~63L;

    public long SlotsOffset => Bytes + TagBytes;

    public long HeapOffset => SlotsOffset + (TotalSlots * Layout.SlotBytes);

    /// <summary>Tags, slots, heap and padding to 8 bytes.</summary>
    public long BodyBytes => ((HeapOffset + HeapBytes + 7) & ~7L) - Bytes;

    public long BlockCount => (BodyBytes + BlockBytes - 1) / BlockBytes;

    public long TableOffset => Bytes + BodyBytes;

    /// <summary>Header, body, one checksum a block, and the checksum of those checksums.</summary>
    public long FileBytes => TableOffset + ((BlockCount + 1) * 8);

    public void Write(Span<byte> target)
    {
        target[..Bytes].Clear();
        Magic.CopyTo(target);
        BinaryPrimitives.WriteUInt32LittleEndian(target[8..], Version);
        BinaryPrimitives.WriteUInt32LittleEndian(target[12..], Bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(target[16..], (uint)KeyKind);
        BinaryPrimitives.WriteInt32LittleEndian(target[20..], OutputCount);
        BinaryPrimitives.WriteInt32LittleEndian(target[24..], Partition);
        BinaryPrimitives.WriteInt32LittleEndian(target[28..], PartitionCount);
        BinaryPrimitives.WriteInt64LittleEndian(target[32..], Keys);
        BinaryPrimitives.WriteInt64LittleEndian(target[40..], HomeSlots);
        BinaryPrimitives.WriteInt64LittleEndian(target[48..], TotalSlots);
        BinaryPrimitives.WriteInt32LittleEndian(target[56..], Layout.SlotBytes);
        BinaryPrimitives.WriteInt32LittleEndian(target[60..], BlockBytes);
        BinaryPrimitives.WriteInt64LittleEndian(target[64..], SlotsOffset);
        BinaryPrimitives.WriteInt64LittleEndian(target[72..], HeapOffset);
        BinaryPrimitives.WriteInt64LittleEndian(target[80..], HeapBytes);
        BinaryPrimitives.WriteInt64LittleEndian(target[88..], TableOffset);
        BinaryPrimitives.WriteInt64LittleEndian(target[96..], BlockCount);
        BinaryPrimitives.WriteInt64LittleEndian(target[104..], FileBytes);
        BinaryPrimitives.WriteInt32LittleEndian(target[112..], KeptSums);
        BinaryPrimitives.WriteUInt64LittleEndian(target[ChecksumAt..], XxHash3.HashToUInt64(target[..ChecksumAt]));
    }

    /// <summary>Reads and verifies a header.</summary>
    /// <exception cref="CorruptDataException">It fails its checksum or contradicts itself.</exception>
    /// <exception cref="StorageFailedException">It is intact and of another format version.</exception>
    public static SegmentHeader Read(ReadOnlySpan<byte> bytes, string place)
    {
        var checksum = BinaryPrimitives.ReadUInt64LittleEndian(bytes[ChecksumAt..]);
        if (XxHash3.HashToUInt64(bytes[..ChecksumAt]) != checksum)
            throw new CorruptDataException($"Segment {place}", "a header that fails its checksum", $"checksum {checksum:x16}");
        if (!bytes.StartsWith(Magic))
            throw new CorruptDataException($"Segment {place}", "another kind of file", "a prediction segment");
        var version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (version != Version)
            throw new StorageFailedException(place,
                $"It is a segment of format version {version}; this program reads version {Version}. Run the job again, or publish an earlier snapshot.",
                isTransient: false);
        var header = new SegmentHeader(
            (KeyKind)BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[28..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[48..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[80..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[112..]));
        Span<byte> again = stackalloc byte[Bytes];
        header.Write(again);
        if (!again.SequenceEqual(bytes[..Bytes]))
            throw new CorruptDataException($"Segment {place}", "a header whose offsets contradict its counts", "the layout of format version 1");
        return header;
    }
}
