using System.Buffers.Binary;
using System.IO.Hashing;
using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.Slots;

namespace BatchEngine.Storage.Snapshots.RunFiles;

/// <summary>Where the rows of some partitions lie in a run file. Header, directory and end are verified when it is read, a chunk where its bytes are.
/// Immutable.</summary>
internal sealed class RunFileDirectory
{
    // One request for the end and, of most files, the whole directory.
    private const int FarTailBytes = 16 << 10;
    private readonly string _name;

    private RunFileDirectory(string name, SlotLayout layout, int partitionCount, long rows, RunFileChunk[] chunks) =>
        (_name, Layout, PartitionCount, Rows, Chunks) = (name, layout, partitionCount, rows, chunks);

    /// <summary>What a record looks like.</summary>
    public SlotLayout Layout { get; }

    /// <summary>Key partitions.</summary>
    public int PartitionCount { get; }

    /// <summary>Rows in all partitions.</summary>
    public long Rows { get; }

    /// <summary>The chunks of the partitions that were asked for, by partition and then by offset.</summary>
    public IReadOnlyList<RunFileChunk> Chunks { get; }

    /// <summary>Reads the part of the directory that tells of partitions.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="fromPartition">The first partition.</param>
    /// <param name="toPartitionExclusive">One past the last.</param>
    /// <param name="ct">Stops between reads.</param>
    /// <exception cref="CorruptDataException">A byte of what was read changed, or the end is missing.</exception>
    /// <exception cref="StorageFailedException">It cannot be read, or another version of BatchEngine wrote it.</exception>
    public static async ValueTask<RunFileDirectory> ReadAsync(RunFileBytes bytes, int fromPartition, int toPartitionExclusive, CancellationToken ct)
    {
        var length = bytes.Length;
        if (length < RunFileFormat.HeaderBytes + RunFileFormat.TrailerBytes)
            throw Corrupt(bytes.Name, $"{length} bytes", $"at least {RunFileFormat.HeaderBytes + RunFileFormat.TrailerBytes}");
        var header = new byte[RunFileFormat.HeaderBytes];
        await bytes.ReadAsync(0, header, ct).ConfigureAwait(false);
        RequireHeader(bytes.Name, header);
        var tail = new byte[(int)Math.Min(length, bytes.IsFar ? FarTailBytes : RunFileFormat.TrailerBytes)];
        await bytes.ReadAsync(length - tail.Length, tail, ct).ConfigureAwait(false);
        var end = RunFileEnd.Read(bytes.Name, tail.AsSpan(tail.Length - RunFileFormat.TrailerBytes), length);

        var entries = new byte[end.Chunks * RunFileFormat.DirectoryEntryBytes];
        var inTail = end.DirectoryOffset - (length - tail.Length);
        if (inTail >= 0)
            tail.AsSpan((int)inTail, entries.Length).CopyTo(entries);
        else
            await bytes.ReadAsync(end.DirectoryOffset, entries, ct).ConfigureAwait(false);
        var layout = new SlotLayout((KeyKind)BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(16)),
            BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(20)), BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(32)));
        return new RunFileDirectory(bytes.Name, layout, BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(24)), end.Rows,
            ChunksOf(bytes.Name, layout, entries, end, fromPartition, toPartitionExclusive));
    }

    /// <summary>The chunks of one partition, in the order of the file.</summary>
    public IEnumerable<RunFileChunk> ChunksOf(int partition)
    {
        int low = 0, high = Chunks.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = Chunks[middle].Partition < partition ? (middle + 1, high) : (low, middle);
        }
        for (; low < Chunks.Count && Chunks[low].Partition == partition; low++)
            yield return Chunks[low];
    }

    /// <summary>Compares the bytes of a chunk with its checksum.</summary>
    /// <exception cref="CorruptDataException">A byte of it changed.</exception>
    public void Verify(RunFileChunk chunk, ReadOnlySpan<byte> bytes)
    {
        var seen = XxHash3.HashToUInt64(bytes);
        if (seen != chunk.Checksum)
            throw Corrupt(_name, $"the {bytes.Length} bytes from offset {chunk.Offset} with checksum {seen:x16}", $"checksum {chunk.Checksum:x16}");
    }

    private static void RequireHeader(string name, ReadOnlySpan<byte> header)
    {
        var intact = XxHash3.HashToUInt64(header[..56]) == BinaryPrimitives.ReadUInt64LittleEndian(header[56..]);
        if (!intact || !header.StartsWith(RunFileFormat.Magic))
            throw Corrupt(name, "a header that fails its checksum", "a run file's header");
        var version = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        if (version != RunFileFormat.Version)
            throw new StorageFailedException(name,
                $"It is a run file of format version {version}; this program reads version {RunFileFormat.Version}. "
                + "Finish the run with the program that began it, or start it again.", isTransient: false);
    }

    private static RunFileChunk[] ChunksOf(string name, SlotLayout layout, ReadOnlySpan<byte> entries, RunFileEnd end, int fromPartition,
        int toPartitionExclusive)
    {
        if (XxHash3.HashToUInt64(entries) != end.DirectoryChecksum)
            throw Corrupt(name, "a directory that fails its checksum", $"checksum {end.DirectoryChecksum:x16}");
        var chunks = new List<RunFileChunk>();
        long next = RunFileFormat.HeaderBytes, rows = 0;
        for (var i = 0; i < end.Chunks; i++)
        {
            var chunk = RunFileChunk.Read(entries[(i * RunFileFormat.DirectoryEntryBytes)..]);
            if (chunk.Offset != next || chunk.Bytes != ((long)chunk.Rows * layout.RecordBytes) + chunk.KeyBytes)
                throw Corrupt(name, $"chunk {i} of {chunk.Bytes} bytes at {chunk.Offset}", $"chunks that follow one another, the next at {next}");
            next += chunk.Bytes;
            rows += chunk.Rows;
            if (chunk.Partition >= fromPartition && chunk.Partition < toPartitionExclusive)
                chunks.Add(chunk);
        }
        if (next != end.DirectoryOffset || rows != end.Rows)
            throw Corrupt(name, $"chunks of {rows} rows up to offset {next}", $"{end.Rows} rows up to {end.DirectoryOffset}");
        return [.. chunks.OrderBy(c => c.Partition).ThenBy(c => c.Offset)];
    }

    private static CorruptDataException Corrupt(string name, string seen, string expected) => new($"Run file {name}", seen, expected);
}
