using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.RunFiles;
using BatchEngine.Storage.Snapshots.Slots;

namespace BatchEngine.Storage.Snapshots.Segments;

/// <summary>All rows of one partition in memory, as the run files hold them; the memory stays the buffers'. Room is made for every chunk first; then chunks
/// may be taken in from several threads. Else not thread-safe.</summary>
internal sealed unsafe class PartitionRows
{
    private const int MaxReadBytes = 1 << 30;
    private readonly NativeBuffer _records;
    private readonly NativeBuffer _keys;
    private long _recordBytes;
    private long _keyBytes;
    private long _mostKeyBytes;

    public PartitionRows(int partition, SlotLayout layout, NativeBuffer records, NativeBuffer keys)
    {
        (Partition, Layout, _records, _keys) = (partition, layout, records, keys);
        _records.Used = _keys.Used = 0;
    }

    public int Partition { get; }

    public SlotLayout Layout { get; }

    public int Count { get; private set; }

    /// <summary>Says where a chunk's rows and keys will lie.</summary>
    /// <exception cref="BadInputException">There are too many rows for one partition.</exception>
    public ChunkPlace PlaceFor(RunFileChunk chunk, int source, string name)
    {
        if (Count + (long)chunk.Rows > SnapshotLimits.MaxRowsPerPartition || chunk.Bytes > MaxReadBytes)
            throw new BadInputException(name, $"more than {SnapshotLimits.MaxRowsPerPartition} rows in one key partition", "fewer",
                "Plan the run with more partitions.");
        var place = new ChunkPlace(this, source, chunk, _recordBytes, _keyBytes);
        _recordBytes += chunk.Bytes - chunk.KeyBytes;
        _keyBytes += chunk.KeyBytes;
        _mostKeyBytes = Math.Max(_mostKeyBytes, chunk.KeyBytes);
        Count += chunk.Rows;
        return place;
    }

    /// <summary>Makes room for all that was placed; a chunk that is read in place reaches over the end of its rows by its keys.</summary>
    public void Reserve()
    {
        _records.Reserve(_recordBytes + _mostKeyBytes);
        _keys.Reserve(_keyBytes);
    }

    /// <summary>Where a chunk can be read to without a copy, when the chunks behind it are read later.</summary>
    public Memory<byte> InPlace(ChunkPlace place) => _records.MemoryAt(place.RecordsAt, (int)place.Chunk.Bytes);

    /// <summary>Takes in a chunk: its rows, unless they were read in place, and its keys.</summary>
    /// <param name="place">Where it goes.</param>
    /// <param name="bytes">The chunk.</param>
    /// <param name="rowNumberShift">Added to each row number.</param>
    public void Take(ChunkPlace place, ReadOnlySpan<byte> bytes, long rowNumberShift)
    {
        var chunk = place.Chunk;
        var recordBytes = (int)(chunk.Bytes - chunk.KeyBytes);
        var target = _records.Start + place.RecordsAt;
        fixed (byte* start = bytes)
        {
            if (start != target)
                bytes[..recordBytes].CopyTo(new Span<byte>(target, recordBytes));
        }
        if (chunk.KeyBytes > 0)
        {
            bytes[recordBytes..].CopyTo(new Span<byte>(_keys.Start + place.KeysAt, (int)chunk.KeyBytes));
            // In the file a key's place is counted back from the end of its chunk; here from the start of all keys.
            var end = place.KeysAt + chunk.KeyBytes;
            for (var slot = target + SlotLayout.RowNumberBytes; slot < target + recordBytes; slot += Layout.RecordBytes)
                *(long*)(slot + SlotLayout.HeapOffsetAt) = end - *(long*)(slot + SlotLayout.HeapOffsetAt);
        }
        if (rowNumberShift == 0)
            return;
        for (var record = target; record < target + recordBytes; record += Layout.RecordBytes)
            *(long*)record += rowNumberShift;
    }

    public byte* SlotOf(int row) => _records.Start + ((long)row * Layout.RecordBytes) + SlotLayout.RowNumberBytes;

    public long RowNumberOf(int row) => *(long*)(_records.Start + ((long)row * Layout.RecordBytes));

    /// <summary>The bytes of a row's text key.</summary>
    public ReadOnlySpan<byte> TextKeyOf(int row)
    {
        var slot = SlotOf(row);
        return new(_keys.Start + *(long*)(slot + SlotLayout.HeapOffsetAt), *(ushort*)(slot + SlotLayout.KeyLengthAt));
    }

    public ulong HashOf(int row) => Layout.KeyKind == KeyKind.Int64
        ? KeyHash.Of(*(long*)(SlotOf(row) + SlotLayout.KeyAt))
        : *(ulong*)(SlotOf(row) + SlotLayout.KeyAt);

    public PredictionKey KeyOf(int row) => Layout.KeyKind == KeyKind.Int64
        ? PredictionKey.Of(*(long*)(SlotOf(row) + SlotLayout.KeyAt))
        : PredictionKey.Of(System.Text.Encoding.UTF8.GetString(TextKeyOf(row)));
}
