using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.RunFiles;
using BatchEngine.Storage.Snapshots.Slots;

namespace BatchEngine.Storage.Snapshots.Segments;

/// <summary>All rows of one partition in memory, as the run files hold them; the memory stays the buffers'. Not thread-safe.</summary>
internal sealed unsafe class PartitionRows
{
    private const int MaxReadBytes = 1 << 30;
    private readonly NativeBuffer _records;
    private readonly NativeBuffer _keys;

    private PartitionRows(SlotLayout layout, SealBuffers buffers)
    {
        (Layout, _records, _keys) = (layout, buffers.Records, buffers.Keys);
        _records.Used = _keys.Used = 0;
    }

    public SlotLayout Layout { get; }

    public int Count { get; private set; }

    /// <summary>Reads one partition's chunks of all run files and verifies them.</summary>
    public static PartitionRows Load(SegmentRequest request, SealBuffers buffers, CancellationToken ct)
    {
        var rows = new PartitionRows(new SlotLayout(request.KeyKind, request.OutputCount, request.KeptSums), buffers);
        foreach (var source in request.RunFiles)
        {
            ct.ThrowIfCancellationRequested();
            using var reader = RunFileReader.Open(source);
            RequireSameShape(request, source, reader);
            foreach (var chunk in reader.Chunks)
            {
                if (chunk.Partition == request.Partition)
                    rows.Add(reader, chunk, source);
            }
        }
        return rows;
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

    private void Add(RunFileReader reader, RunFileChunk chunk, RunFileSource source)
    {
        if (Count + (long)chunk.Rows > SnapshotLimits.MaxRowsPerPartition || chunk.Bytes > MaxReadBytes)
            throw new BadInputException(source.Name, $"more than {SnapshotLimits.MaxRowsPerPartition} rows in one key partition", "fewer",
                "Plan the run with more partitions.");
        var recordBytes = chunk.Bytes - chunk.KeyBytes;
        _records.Reserve(chunk.Bytes);
        var target = _records.Start + _records.Used;
        reader.Read(chunk, new Span<byte>(target, (int)chunk.Bytes));
        if (chunk.KeyBytes > 0)
        {
            _keys.Reserve(chunk.KeyBytes);
            Buffer.MemoryCopy(target + recordBytes, _keys.Start + _keys.Used, chunk.KeyBytes, chunk.KeyBytes);
            _keys.Used += chunk.KeyBytes;
            // In the file a key's place is counted back from the end of its chunk; here from the start of all keys.
            for (var slot = target + SlotLayout.RowNumberBytes; slot < target + recordBytes; slot += Layout.RecordBytes)
                *(long*)(slot + SlotLayout.HeapOffsetAt) = _keys.Used - *(long*)(slot + SlotLayout.HeapOffsetAt);
        }
        if (source.RowNumberShift != 0)
        {
            for (var record = target; record < target + recordBytes; record += Layout.RecordBytes)
                *(long*)record += source.RowNumberShift;
        }
        _records.Used += recordBytes;
        Count += chunk.Rows;
    }

    private static void RequireSameShape(SegmentRequest request, RunFileSource source, RunFileReader reader)
    {
        if (reader.KeyKind != request.KeyKind || reader.OutputCount != request.OutputCount || reader.KeptSums != request.KeptSums
            || reader.PartitionCount != request.PartitionCount)
            throw new InvariantBrokenException(
                "all run files of a run have its key kind, outputs, kept sums and partitions",
                $"{source.Name}: {reader.KeyKind}, {reader.OutputCount}, {reader.KeptSums}, {reader.PartitionCount}; "
                + $"the run: {request.KeyKind}, {request.OutputCount}, {request.KeptSums}, {request.PartitionCount}");
    }
}
