using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.RunFiles;

namespace BatchEngine.TestKit.Snapshots;

/// <summary>What a run file holds, every byte of it read and verified.</summary>
/// <param name="KeyKind">The kind of all keys.</param>
/// <param name="OutputCount">Floats of one prediction.</param>
/// <param name="PartitionCount">Key partitions.</param>
/// <param name="Rows">Rows in all partitions.</param>
/// <param name="PartitionRows">Rows of each partition, duplicates included.</param>
public sealed record VerifiedRunFile(KeyKind KeyKind, int OutputCount, int PartitionCount, long Rows, IReadOnlyList<long> PartitionRows)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="CorruptDataException">A byte of it changed.</exception>
    public static VerifiedRunFile Read(RunFileSource source)
    {
        using var reader = RunFileReader.Open(source);
        var rows = new long[reader.PartitionCount];
        foreach (var chunk in reader.Chunks)
        {
            reader.Read(chunk, new byte[chunk.Bytes]);
            rows[chunk.Partition] += chunk.Rows;
        }
        return new VerifiedRunFile(reader.KeyKind, reader.OutputCount, reader.PartitionCount, reader.Rows, rows);
    }
}
