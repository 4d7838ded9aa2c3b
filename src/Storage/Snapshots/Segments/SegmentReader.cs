using System.IO.Hashing;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.Slots;

namespace BatchEngine.Storage.Snapshots.Segments;

/// <summary>A segment in memory, verified completely when opened. Look-ups are thread-safe; <see cref="Dispose"/> must not run while one is under way
/// (a snapshot's reader sees to that).</summary>
internal sealed unsafe class SegmentReader : IDisposable
{
    private readonly SegmentSource _source;
    private readonly SegmentHeader _header;
    private readonly SlotLayout _layout;
    private readonly int _slotBytes;
    private readonly long _homeSlots;
    private byte* _tags;
    private byte* _slots;
    private byte* _heap;

    private SegmentReader(SegmentSource source, SegmentHeader header)
    {
        var start = source.Start;
        _source = source;
        _header = header;
        _layout = header.Layout;
        _slotBytes = _layout.SlotBytes;
        _homeSlots = header.HomeSlots;
        _tags = start + SegmentHeader.Bytes;
        _slots = start + header.SlotsOffset;
        _heap = start + header.HeapOffset;
    }

    /// <summary>The partition, counted from 0.</summary>
    public int Partition => _header.Partition;

    /// <summary>Partitions of the snapshot.</summary>
    public int PartitionCount => _header.PartitionCount;

    /// <summary>The kind of its keys.</summary>
    public KeyKind KeyKind => _header.KeyKind;

    /// <summary>Floats of one prediction.</summary>
    public int OutputCount => _header.OutputCount;

    /// <summary>Sums kept behind the outputs, which no look-up gives.</summary>
    public int KeptSums => _header.KeptSums;

    /// <summary>Distinct keys.</summary>
    public long Keys => _header.Keys;

    /// <summary>Maps a segment and verifies every byte of it in one sequential pass.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expectedBytes">Its length as recorded when it was written; null skips the comparison.</param>
    /// <param name="expectedChecksum">XxHash3 of the whole file as recorded when it was written; null skips the comparison. The file's own checksums are
    /// always verified.</param>
    /// <exception cref="CorruptDataException">A byte changed, was lost or added.</exception>
    /// <exception cref="StorageFailedException">The file cannot be read, or has another format version.</exception>
    public static SegmentReader Open(string path, long? expectedBytes = null, ulong? expectedChecksum = null) =>
        Open(path, LengthOf, () => new SegmentSource.Mapped(path), expectedBytes, expectedChecksum);

    /// <summary>Copies a segment to memory and verifies every byte of the copy, each block as soon as it has come.</summary>
    /// <param name="path">The file.</param>
    /// <param name="target">Where to; it has room for the expected bytes and outlives the reader.</param>
    /// <param name="expectedBytes">The file's length as recorded when it was written.</param>
    /// <param name="expectedChecksum">XxHash3 of the whole file as recorded when it was written.</param>
    /// <exception cref="CorruptDataException">A byte changed, was lost or added.</exception>
    /// <exception cref="StorageFailedException">The file cannot be read, or has another format version.</exception>
    public static SegmentReader Copy(string path, byte* target, long expectedBytes, ulong expectedChecksum) =>
        Open(path, LengthOf, () => new SegmentSource.Copied(path, target), expectedBytes, expectedChecksum);

    /// <summary>Verifies every byte of a segment that is in memory already.</summary>
    /// <param name="place">Where it was read from, for messages.</param>
    /// <param name="target">Its first byte; it outlives the reader.</param>
    /// <param name="bytes">Its length, as recorded when it was written and as it was read.</param>
    /// <param name="expectedChecksum">XxHash3 of the whole as recorded when it was written.</param>
    /// <exception cref="CorruptDataException">A byte changed.</exception>
    /// <exception cref="StorageFailedException">It has another format version.</exception>
    public static SegmentReader Loaded(string place, byte* target, long bytes, ulong expectedChecksum) =>
        Open(place, _ => bytes, () => new SegmentSource.Loaded(target), bytes, expectedChecksum);

    private static long LengthOf(string path) => new FileInfo(path).Length;

    private static SegmentReader Open(string path, Func<string, long> lengthOf, Func<SegmentSource> open, long? expectedBytes, ulong? expectedChecksum)
    {
        SegmentSource? source = null;
        try
        {
            var length = lengthOf(path);
            RequireLength(path, length, expectedBytes ?? length);
            source = open();
            source.Load(0, SegmentHeader.Bytes);
            var header = SegmentHeader.Read(new ReadOnlySpan<byte>(source.Start, SegmentHeader.Bytes), path);
            RequireLength(path, length, header.FileBytes);
            VerifyBlocks(path, source, header, expectedChecksum);
            RequireEndOfSearch(path, source.Start, header);
            source.Complete();
            return new SegmentReader(source, header);
        }
        catch (Exception e)
        {
            source?.Dispose();
            if (e is IOException or UnauthorizedAccessException)
                throw new StorageFailedException(path, $"The segment cannot be opened ({e.Message}). Restore it, or publish an earlier snapshot.",
                    isTransient: false, e);
            throw;
        }
    }

    /// <summary>Finds an integer key.</summary>
    /// <exception cref="InvalidOperationException">The keys are text.</exception>
    public bool TryGet(long key, out StoredPrediction prediction)
    {
        if (_layout.KeyKind != KeyKind.Int64)
            throw new InvalidOperationException($"Segment {Partition} has text keys; {key} is an integer.");
        return TryGet(key, KeyHash.Of(key), out prediction);
    }

    /// <summary>Finds a text key.</summary>
    /// <exception cref="InvalidOperationException">The keys are integers.</exception>
    public bool TryGet(scoped ReadOnlySpan<byte> utf8, out StoredPrediction prediction)
    {
        if (_layout.KeyKind != KeyKind.Utf8)
            throw new InvalidOperationException($"Segment {Partition} has integer keys; '{Encoding.UTF8.GetString(utf8)}' is text.");
        return TryGet(utf8, KeyHash.Of(utf8), out prediction);
    }

    /// <summary>Lets go of the file, or of nothing when the segment was copied. Calling it again does nothing.</summary>
    public void Dispose()
    {
        if (_tags is null)
            return;
        _tags = _slots = _heap = null;
        _source.Dispose();
    }

    /// <summary>Its bytes, as they were verified.</summary>
    internal (nint Start, long Count) Bytes => ((nint)_source.Start, _header.FileBytes);

    /// <summary>Where the parts of an entry lie.</summary>
    internal SlotLayout Layout => _layout;

    /// <summary>Where its parts lie, for look-ups of many keys at once.</summary>
    internal SegmentView View => new(_tags, _slots, _heap, _homeSlots);

    internal bool TryGet(long key, ulong hash, out StoredPrediction prediction)
    {
        var tag = Vector256.Create(KeyHash.TagOf(hash));
        for (var from = HomeOf(hash); ; from += SegmentHeader.TagsAtOnce)
        {
            for (var matches = Matches(from, tag, out var ends); ; matches &= matches - 1)
            {
                if (matches == 0 && ends)
                {
                    prediction = default;
                    return false;
                }
                if (matches == 0)
                    break;
                var slot = _slots + ((from + BitOperations.TrailingZeroCount(matches)) * _slotBytes);
                if (*(long*)(slot + SlotLayout.KeyAt) == key)
                {
                    prediction = new(slot, _layout);
                    return true;
                }
            }
        }
    }

    internal bool TryGet(scoped ReadOnlySpan<byte> utf8, ulong hash, out StoredPrediction prediction)
    {
        var tag = Vector256.Create(KeyHash.TagOf(hash));
        for (var from = HomeOf(hash); ; from += SegmentHeader.TagsAtOnce)
        {
            for (var matches = Matches(from, tag, out var ends); ; matches &= matches - 1)
            {
                if (matches == 0 && ends)
                {
                    prediction = default;
                    return false;
                }
                if (matches == 0)
                    break;
                var slot = _slots + ((from + BitOperations.TrailingZeroCount(matches)) * _slotBytes);
                if (*(ulong*)(slot + SlotLayout.KeyAt) == hash && TextKeyOf(slot).SequenceEqual(utf8))
                {
                    prediction = new(slot, _layout);
                    return true;
                }
            }
        }
    }

    /// <summary>The next used slot at or after the given one; -1 means none.</summary>
    internal long NextUsed(long slot)
    {
        for (; slot < _header.TotalSlots; slot++)
        {
            if (_tags[slot] != 0)
                return slot;
        }
        return -1;
    }

    /// <summary>The entry in a used slot.</summary>
    internal (PredictionKey Key, Prediction Prediction) EntryAt(long slotIndex)
    {
        var slot = _slots + (slotIndex * _slotBytes);
        var key = _layout.KeyKind == KeyKind.Int64
            ? PredictionKey.Of(*(long*)(slot + SlotLayout.KeyAt))
            : PredictionKey.Of(Encoding.UTF8.GetString(TextKeyOf(slot)));
        return (key, new StoredPrediction(slot, _layout).ToPrediction());
    }

    private long HomeOf(ulong hash) => _tags is null
        ? throw new ObjectDisposedException(nameof(SegmentReader), $"Segment {Partition} was closed.")
        : SegmentBuilder.HomeOf((uint)hash, _homeSlots);

    /// <summary>Which of 32 slots have the tag, up to the first empty one, which ends the search. One bit a slot and no branch a slot, so that look-ups
    /// overlap their cache misses.</summary>
    private uint Matches(long from, Vector256<byte> tag, out bool ends)
    {
        var tags = Vector256.Load(_tags + from);
        var empty = Vector256.Equals(tags, Vector256<byte>.Zero).ExtractMostSignificantBits();
        ends = empty != 0;
        return Vector256.Equals(tags, tag).ExtractMostSignificantBits() & (empty - 1) & ~empty;
    }

    private ReadOnlySpan<byte> TextKeyOf(byte* slot) => new(_heap + *(long*)(slot + SlotLayout.HeapOffsetAt), *(ushort*)(slot + SlotLayout.KeyLengthAt));

    private static void RequireLength(string path, long seen, long expected)
    {
        if (seen != expected || seen < SegmentHeader.Bytes + 8)
            throw new CorruptDataException($"Segment {path}", $"{seen} bytes", $"{Math.Max(expected, SegmentHeader.Bytes + 8)} bytes");
    }

    /// <summary>Compares every block with the table, the table with its own checksum, and, while the bytes are in the cache, the whole file with the recorded
    /// checksum.</summary>
    private static void VerifyBlocks(string path, SegmentSource source, SegmentHeader header, ulong? expectedChecksum)
    {
        var start = source.Start;
        source.Load(header.TableOffset, header.FileBytes - header.TableOffset);
        var table = new ReadOnlySpan<ulong>(start + header.TableOffset, (int)header.BlockCount);
        var tableBytes = MemoryMarshal.AsBytes(table);
        if (XxHash3.HashToUInt64(tableBytes) != *(ulong*)(start + header.FileBytes - 8))
            throw new CorruptDataException($"Segment {path}", "a checksum table that fails its checksum", "the table as written");
        var whole = new XxHash3();
        whole.Append(new ReadOnlySpan<byte>(start, SegmentHeader.Bytes));
        for (var i = 0; i < table.Length; i++)
        {
            var offset = SegmentHeader.Bytes + ((long)i * SegmentHeader.BlockBytes);
            var block = new ReadOnlySpan<byte>(start + offset, (int)Math.Min(SegmentHeader.BlockBytes, header.TableOffset - offset));
            source.Load(offset, block.Length);
            var seen = XxHash3.HashToUInt64(block);
            if (seen != table[i])
                throw new CorruptDataException($"Segment {path}", $"{block.Length} bytes from offset {offset} with checksum {seen:x16}",
                    $"checksum {table[i]:x16}");
            if (expectedChecksum is not null)
                whole.Append(block);
        }
        whole.Append(new ReadOnlySpan<byte>(start + header.TableOffset, tableBytes.Length + 8));
        if (expectedChecksum is { } expected && whole.GetCurrentHashAsUInt64() != expected)
            throw new CorruptDataException($"Segment {path}", $"checksum {whole.GetCurrentHashAsUInt64():x16} of the whole file",
                $"{expected:x16}, as recorded when it was written");
    }

    private static void RequireEndOfSearch(string path, byte* start, SegmentHeader header)
    {
        if (header.TotalSlots <= header.HomeSlots || start[SegmentHeader.Bytes + header.TotalSlots - 1] != 0)
            throw new CorruptDataException($"Segment {path}", "no empty slot at the end", "one that ends every search");
    }
}
