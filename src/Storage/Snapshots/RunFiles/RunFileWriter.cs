using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.Slots;

namespace BatchEngine.Storage.Snapshots.RunFiles;

/// <summary>Writes the predictions of one checkpoint, sorted into key partitions, in bounded buffers. Same rows, same bytes, whatever the batch sizes. Not
/// thread-safe.</summary>
/// <remarks>The bytes are complete only after <see cref="Complete"/>; a file without its end is refused by the reader. The stream is written forwards only
/// and is not disposed.</remarks>
public sealed unsafe class RunFileWriter : IDisposable
{
    private readonly Stream _output;
    private readonly SlotLayout _layout;
    private readonly int _partitionCount;
    private readonly int _capacity;
    private readonly int[] _rows;
    private readonly int[] _keyBytes;
    private readonly List<RunFileChunk> _chunks = [];
    private byte* _buffers;
    private long _position;
    private bool _completed;

    /// <summary>Starts a run file.</summary>
    /// <param name="output">Where to write; needs no seeking.</param>
    /// <param name="keyKind">The kind of all keys.</param>
    /// <param name="outputCount">Floats of one prediction, 0 to <see cref="SnapshotLimits.MaxOutputs"/>.</param>
    /// <param name="partitionCount">A power of two from 1 to <see cref="KeyHash.MaxPartitions"/>.</param>
    /// <param name="bufferBytes">Memory for all partitions' buffers together; default <see cref="SnapshotLimits.DefaultBufferBytes"/>. A partition never gets
    /// less than one row needs.</param>
    /// <param name="keptSums">Floats behind the outputs that are kept for later runs; default none.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public RunFileWriter(Stream output, KeyKind keyKind, int outputCount, int partitionCount, long bufferBytes = SnapshotLimits.DefaultBufferBytes,
        int keptSums = 0)
    {
        KeyHash.RequirePartitionCount(partitionCount);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bufferBytes);
        _output = output;
        _layout = new SlotLayout(keyKind, outputCount, keptSums);
        _partitionCount = partitionCount;
        var least = _layout.RecordBytes + (keyKind == KeyKind.Utf8 ? PredictionKey.MaxUtf8Bytes : 0);
        _capacity = (int)Math.Max(least, Math.Min(bufferBytes / partitionCount, SnapshotLimits.MaxPartitionBufferBytes)) & ~7;
        if (_capacity < least)
            _capacity += 8;
        _rows = new int[partitionCount];
        _keyBytes = new int[partitionCount];
        _buffers = (byte*)NativeMemory.Alloc((nuint)_capacity, (nuint)partitionCount);
        WriteHeader();
    }

    /// <summary>Rows appended so far, without those left out.</summary>
    public long Rows { get; private set; }

    /// <summary>Adds a batch of predictions.</summary>
    /// <exception cref="ArgumentException">A span's length does not fit, a text key is empty or longer than 256 bytes, or the keys are of the other
    /// kind.</exception>
    /// <exception cref="InvalidOperationException">The file is already complete.</exception>
    public void Append(PredictionRows rows)
    {
        if (_completed || _buffers is null)
            throw new InvalidOperationException("This run file is already complete; start another.");
        RequireLengths(rows);
        if (_layout.KeyKind == KeyKind.Int64)
        {
            for (var i = 0; i < rows.Rows; i++)
            {
                if (rows.Keep.IsEmpty || rows.Keep[i] != 0)
                    AppendInteger(rows, i);
            }
        }
        else
        {
            for (var i = 0; i < rows.Rows; i++)
            {
                if (rows.Keep.IsEmpty || rows.Keep[i] != 0)
                    AppendText(rows, i);
            }
        }
    }

    /// <summary>Writes what is buffered, the directory and the end, and flushes the stream. Called once.</summary>
    /// <exception cref="InvalidOperationException">It was called before.</exception>
    public void Complete()
    {
        if (_completed || _buffers is null)
            throw new InvalidOperationException("This run file is already complete.");
        FlushAll();
        WriteDirectory();
        _output.Flush();
        _completed = true;
    }

    /// <summary>Frees the buffers; without <see cref="Complete"/> the bytes written so far are no run file.</summary>
    public void Dispose()
    {
        NativeMemory.Free(_buffers);
        _buffers = null;
    }

    private void AppendInteger(PredictionRows rows, int row)
    {
        var key = rows.Keys[row];
        var partition = KeyHash.PartitionOf(KeyHash.Of(key), _partitionCount);
        var used = _rows[partition] * _layout.RecordBytes;
        if (used + _layout.RecordBytes > _capacity)
        {
            FlushAll();
            used = 0;
        }
        var slot = WriteRecord(partition, used, rows, row);
        *(long*)(slot + SlotLayout.KeyAt) = key;
        *(ushort*)(slot + SlotLayout.KeyLengthAt) = 0;
    }

    private void AppendText(PredictionRows rows, int row)
    {
        var from = rows.KeyOffsets[row];
        var key = rows.KeyBytes[from..rows.KeyOffsets[row + 1]];
        if (key.Length is < 1 or > PredictionKey.MaxUtf8Bytes)
            throw new ArgumentException($"Row {rows.RowNumbers[row]} has a key of {key.Length} bytes; a text key has 1 to {PredictionKey.MaxUtf8Bytes}.",
                nameof(rows));
        var hash = KeyHash.Of(key);
        var partition = KeyHash.PartitionOf(hash, _partitionCount);
        var used = _rows[partition] * _layout.RecordBytes;
        if (used + _layout.RecordBytes + _keyBytes[partition] + key.Length > _capacity)
        {
            FlushAll();
            used = 0;
        }
        // Keys grow down from the buffer's end, so an offset counted from that end stays true when the chunk is closed up.
        var fromEnd = _keyBytes[partition] += key.Length;
        key.CopyTo(new Span<byte>(BufferOf(partition) + _capacity - fromEnd, key.Length));
        var slot = WriteRecord(partition, used, rows, row);
        *(ulong*)(slot + SlotLayout.KeyAt) = hash;
        *(ushort*)(slot + SlotLayout.KeyLengthAt) = (ushort)key.Length;
        *(long*)(slot + SlotLayout.HeapOffsetAt) = fromEnd;
    }

    private byte* WriteRecord(int partition, int used, PredictionRows rows, int row)
    {
        _rows[partition]++;
        Rows++;
        var record = BufferOf(partition) + used;
        *(long*)record = rows.RowNumbers[row];
        var slot = record + SlotLayout.RowNumberBytes;
        var flags = rows.Flags.IsEmpty ? (byte)0 : rows.Flags[row];
        *(ulong*)(slot + SlotLayout.FingerprintAt) = rows.Fingerprints.IsEmpty ? 0 : rows.Fingerprints[row];
        *(float*)(slot + SlotLayout.ConfidenceAt) = rows.Confidence.IsEmpty ? 0 : rows.Confidence[row];
        slot[SlotLayout.FlagsAt] = rows.Confidence.IsEmpty ? (byte)(flags | (byte)PredictionFlags.NoConfidence) : flags;
        slot[SlotLayout.FlagsAt + 1] = 0;
        var outputs = (float*)(slot + _layout.OutputsAt);
        for (var c = 0; c < _layout.FloatCount; c++)
            outputs[c] = rows.Outputs[(c * rows.OutputStride) + row];
        if ((_layout.FloatCount & 1) != 0)
            outputs[_layout.FloatCount] = 0; // padding to 8 bytes is always zero
        return slot;
    }

    private byte* BufferOf(int partition) => _buffers + ((long)partition * _capacity);

    // All partitions when one is full, in their order: so what a sealer of neighbouring partitions needs lies together, in a few ranges of the file.
    private void FlushAll()
    {
        for (var partition = 0; partition < _partitionCount; partition++)
            FlushPartition(partition);
    }

    private void FlushPartition(int partition)
    {
        if (_rows[partition] == 0)
            return;
        var buffer = BufferOf(partition);
        var recordBytes = _rows[partition] * _layout.RecordBytes;
        var keyBytes = _keyBytes[partition];
        Buffer.MemoryCopy(buffer + _capacity - keyBytes, buffer + recordBytes, _capacity - recordBytes, keyBytes);
        var chunk = new ReadOnlySpan<byte>(buffer, recordBytes + keyBytes);
        _chunks.Add(new RunFileChunk(partition, _rows[partition], _position, chunk.Length, keyBytes, XxHash3.HashToUInt64(chunk)));
        Write(chunk);
        _rows[partition] = _keyBytes[partition] = 0;
    }

    private void WriteHeader()
    {
        Span<byte> header = stackalloc byte[RunFileFormat.HeaderBytes];
        header.Clear();
        RunFileFormat.Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], RunFileFormat.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], RunFileFormat.HeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], (uint)_layout.KeyKind);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], (uint)_layout.OutputCount);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], (uint)_partitionCount);
        BinaryPrimitives.WriteUInt32LittleEndian(header[28..], (uint)_layout.RecordBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(header[32..], (uint)_layout.KeptSums);
        BinaryPrimitives.WriteUInt64LittleEndian(header[56..], XxHash3.HashToUInt64(header[..56]));
        Write(header);
    }

    private void WriteDirectory()
    {
        var directory = new byte[_chunks.Count * RunFileFormat.DirectoryEntryBytes];
        for (var i = 0; i < _chunks.Count; i++)
        {
            var entry = directory.AsSpan(i * RunFileFormat.DirectoryEntryBytes);
            BinaryPrimitives.WriteInt32LittleEndian(entry, _chunks[i].Partition);
            BinaryPrimitives.WriteInt32LittleEndian(entry[4..], _chunks[i].Rows);
            BinaryPrimitives.WriteInt64LittleEndian(entry[8..], _chunks[i].Offset);
            BinaryPrimitives.WriteInt64LittleEndian(entry[16..], _chunks[i].Bytes);
            BinaryPrimitives.WriteInt64LittleEndian(entry[24..], _chunks[i].KeyBytes);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[32..], _chunks[i].Checksum);
        }
        var directoryOffset = _position;
        Write(directory);
        Span<byte> trailer = stackalloc byte[RunFileFormat.TrailerBytes];
        trailer.Clear();
        RunFileFormat.TrailerMagic.CopyTo(trailer);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[8..], directoryOffset);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[16..], _chunks.Count);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[24..], Rows);
        BinaryPrimitives.WriteInt64LittleEndian(trailer[32..], _position + RunFileFormat.TrailerBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(trailer[40..], XxHash3.HashToUInt64(directory));
        BinaryPrimitives.WriteUInt64LittleEndian(trailer[56..], XxHash3.HashToUInt64(trailer[..56]));
        Write(trailer);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _output.Write(bytes);
        _position += bytes.Length;
    }

    private void RequireLengths(PredictionRows rows)
    {
        var integer = _layout.KeyKind == KeyKind.Int64;
        Require(integer ? rows.Keys.Length >= rows.Rows && rows.KeyOffsets.IsEmpty
            : rows.Keys.IsEmpty && rows.KeyOffsets.Length > rows.Rows, "keys of the file's kind, one a row");
        Require(rows.RowNumbers.Length >= rows.Rows, "a row number for every row");
        Require(_layout.FloatCount == 0 || rows.Rows == 0
            || (rows.OutputStride >= rows.Rows && rows.Outputs.Length >= ((long)(_layout.FloatCount - 1) * rows.OutputStride) + rows.Rows),
            "every output column");
        Require(rows.Confidence.IsEmpty || rows.Confidence.Length >= rows.Rows, "a confidence for every row or none");
        Require(rows.Flags.IsEmpty || rows.Flags.Length >= rows.Rows, "flags for every row or none");
        Require(rows.Fingerprints.IsEmpty || rows.Fingerprints.Length >= rows.Rows, "a fingerprint for every row or none");
        Require(rows.Keep.IsEmpty || rows.Keep.Length >= rows.Rows, "a keep mark for every row or none");

        static void Require(bool holds, string what)
        {
            if (!holds)
                throw new ArgumentException($"A batch of predictions must have {what}.", nameof(rows));
        }
    }
}
