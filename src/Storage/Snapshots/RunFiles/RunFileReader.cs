using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.Slots;

namespace BatchEngine.Storage.Snapshots.RunFiles;

/// <summary>Reads a run file: header, directory and end are verified when opened, every chunk when read. Not thread-safe.</summary>
internal sealed class RunFileReader : IDisposable
{
    private readonly Stream _stream;
    private readonly string _name;
    private RunFileChunk[] _chunks = [];
    private SlotLayout _layout;

    private RunFileReader(Stream stream, string name) => (_stream, _name) = (stream, name);

    /// <summary>The kind of all keys.</summary>
    public KeyKind KeyKind => _layout.KeyKind;

    /// <summary>Floats of one prediction.</summary>
    public int OutputCount => _layout.OutputCount;

    /// <summary>Sums kept behind the outputs.</summary>
    public int KeptSums => _layout.KeptSums;

    /// <summary>Key partitions.</summary>
    public int PartitionCount { get; private set; }

    /// <summary>Rows in all partitions.</summary>
    public long Rows { get; private set; }

    internal SlotLayout Layout => _layout;

    internal IReadOnlyList<RunFileChunk> Chunks => _chunks;

    /// <summary>Opens a run file and verifies everything but its chunks.</summary>
    /// <exception cref="CorruptDataException">A byte of it changed, or the end is missing.</exception>
    /// <exception cref="StorageFailedException">It cannot be read, or another version of BatchEngine wrote it.</exception>
    public static RunFileReader Open(RunFileSource source)
    {
        var reader = new RunFileReader(source.Open(), source.Name);
        try
        {
            var directoryOffset = reader.ReadEnds(out var chunkCount, out var directoryChecksum);
            reader.ReadDirectory(directoryOffset, chunkCount, directoryChecksum);
            return reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>Closes the stream.</summary>
    public void Dispose() => _stream.Dispose();

    internal void Read(RunFileChunk chunk, Span<byte> target)
    {
        ReadAt(chunk.Offset, target);
        var seen = XxHash3.HashToUInt64(target);
        if (seen != chunk.Checksum)
            throw Corrupt($"the {target.Length} bytes from offset {chunk.Offset} with checksum {seen:x16}", $"checksum {chunk.Checksum:x16}");
    }

    private long ReadEnds(out int chunkCount, out ulong directoryChecksum)
    {
        var length = _stream.Length;
        if (length < RunFileFormat.HeaderBytes + RunFileFormat.TrailerBytes)
            throw Corrupt($"{length} bytes", $"at least {RunFileFormat.HeaderBytes + RunFileFormat.TrailerBytes}");
        Span<byte> header = stackalloc byte[RunFileFormat.HeaderBytes];
        ReadAt(0, header);
        var intact = XxHash3.HashToUInt64(header[..56]) == BinaryPrimitives.ReadUInt64LittleEndian(header[56..]);
        if (!intact || !header.StartsWith(RunFileFormat.Magic))
            throw Corrupt("a header that fails its checksum", "a run file's header");
        var version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (version != RunFileFormat.Version)
            throw new StorageFailedException(_name,
                $"It is a run file of format version {version}; this program reads version {RunFileFormat.Version}. "
                + "Finish the run with the program that began it, or start it again.", isTransient: false);
        _layout = new SlotLayout((KeyKind)BinaryPrimitives.ReadUInt32LittleEndian(header[16..]), BinaryPrimitives.ReadInt32LittleEndian(header[20..]),
            BinaryPrimitives.ReadInt32LittleEndian(header[32..]));
        PartitionCount = BinaryPrimitives.ReadInt32LittleEndian(header[24..]);

        Span<byte> trailer = stackalloc byte[RunFileFormat.TrailerBytes];
        ReadAt(length - RunFileFormat.TrailerBytes, trailer);
        intact = XxHash3.HashToUInt64(trailer[..56]) == BinaryPrimitives.ReadUInt64LittleEndian(trailer[56..]);
        if (!intact || !trailer.StartsWith(RunFileFormat.TrailerMagic))
            throw Corrupt("no valid end", "a complete run file");
        var directoryOffset = BinaryPrimitives.ReadInt64LittleEndian(trailer[8..]);
        var chunks = BinaryPrimitives.ReadInt64LittleEndian(trailer[16..]);
        Rows = BinaryPrimitives.ReadInt64LittleEndian(trailer[24..]);
        var written = BinaryPrimitives.ReadInt64LittleEndian(trailer[32..]);
        if (written != length || directoryOffset + (chunks * RunFileFormat.DirectoryEntryBytes) + RunFileFormat.TrailerBytes != length)
            throw Corrupt(string.Create(CultureInfo.InvariantCulture, $"{length} bytes"), string.Create(CultureInfo.InvariantCulture, $"{written} bytes"));
        chunkCount = (int)chunks;
        directoryChecksum = BinaryPrimitives.ReadUInt64LittleEndian(trailer[40..]);
        return directoryOffset;
    }

    private void ReadDirectory(long offset, int chunkCount, ulong checksum)
    {
        var bytes = new byte[chunkCount * RunFileFormat.DirectoryEntryBytes];
        ReadAt(offset, bytes);
        if (XxHash3.HashToUInt64(bytes) != checksum)
            throw Corrupt("a directory that fails its checksum", $"checksum {checksum:x16}");
        _chunks = new RunFileChunk[chunkCount];
        long next = RunFileFormat.HeaderBytes, rows = 0;
        for (var i = 0; i < chunkCount; i++)
        {
            var entry = bytes.AsSpan(i * RunFileFormat.DirectoryEntryBytes);
            var chunk = new RunFileChunk(
                BinaryPrimitives.ReadInt32LittleEndian(entry),
                BinaryPrimitives.ReadInt32LittleEndian(entry[4..]),
                BinaryPrimitives.ReadInt64LittleEndian(entry[8..]),
                BinaryPrimitives.ReadInt64LittleEndian(entry[16..]),
                BinaryPrimitives.ReadInt64LittleEndian(entry[24..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]));
            if (chunk.Offset != next || chunk.Bytes != ((long)chunk.Rows * _layout.RecordBytes) + chunk.KeyBytes)
                throw Corrupt($"chunk {i} of {chunk.Bytes} bytes at {chunk.Offset}", $"chunks that follow one another, the next at {next}");
            next += chunk.Bytes;
            rows += chunk.Rows;
            _chunks[i] = chunk;
        }
        if (next != offset || rows != Rows)
            throw Corrupt($"chunks of {rows} rows up to offset {next}", $"{Rows} rows up to {offset}");
    }

    private void ReadAt(long offset, Span<byte> target)
    {
        try
        {
            _stream.Position = offset;
            _stream.ReadExactly(target);
        }
        catch (EndOfStreamException e)
        {
            throw new CorruptDataException(_name, $"an end before {target.Length} bytes from offset {offset} were read", "a complete run file", e);
        }
        catch (IOException e)
        {
            throw new StorageFailedException(_name, $"Reading failed ({e.Message}). Try again; if it stays, check the disk.", isTransient: true, e);
        }
    }

    private CorruptDataException Corrupt(string seen, string expected) => new($"Run file {_name}", seen, expected);
}
