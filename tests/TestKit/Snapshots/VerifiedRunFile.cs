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
        using var file = new RunFileBytes(source);
        var directory = RunFileDirectory.ReadAsync(file, 0, int.MaxValue, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        var rows = new long[directory.PartitionCount];
        foreach (var chunk in directory.Chunks)
        {
            var bytes = new byte[chunk.Bytes];
            file.ReadAsync(chunk.Offset, bytes, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            directory.Verify(chunk, bytes);
            rows[chunk.Partition] += chunk.Rows;
        }
        return new VerifiedRunFile(directory.Layout.KeyKind, directory.Layout.OutputCount, directory.PartitionCount, directory.Rows, rows);
    }
}
