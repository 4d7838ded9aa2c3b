using System.IO.Hashing;
using System.Text;
using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.RunFiles;
using BatchEngine.Storage.Snapshots.Segments;

namespace BatchEngine.TestKit.Snapshots;

/// <summary>Writes real run files, segments and snapshots from rows that a test names. Thread-safe.</summary>
public static class SampleSnapshots
{
    /// <summary>A run file of the rows, appended in batches of the given size. All rows must have or all lack a confidence.</summary>
    public static byte[] RunFile(IReadOnlyList<SampleRow> rows, KeyKind kind, int outputCount, int partitionCount, int batch = 7, long bufferBytes = 4_096,
        int keptSums = 0)
    {
        var stream = new MemoryStream();
        using var writer = new RunFileWriter(stream, kind, outputCount, partitionCount, bufferBytes, keptSums);
        foreach (var part in rows.Chunk(batch))
            Append(writer, part, kind, outputCount + keptSums);
        writer.Complete();
        return stream.ToArray();
    }

    /// <summary>Builds one partition from run files in memory.</summary>
    public static (SegmentOutcome Outcome, byte[] Bytes) Segment(IReadOnlyList<byte[]> runFiles, KeyKind kind, int outputCount, int partitionCount = 1,
        int partition = 0, DuplicateKeyPolicy policy = DuplicateKeyPolicy.Fail, int keptSums = 0, SealBuffers? buffers = null)
    {
        var output = new MemoryStream();
        var sources = runFiles.Select((bytes, i) => new RunFileSource($"run-file-{i}", () => new MemoryStream(bytes, writable: false))).ToList();
        var request = new SegmentRequest([partition], partitionCount, kind, outputCount, sources, policy) { KeptSums = keptSums };
        using var own = buffers is null ? new SealBuffers() : null;
        return (Build(request, output, buffers ?? own!), output.ToArray());
    }

    /// <summary>Builds the only segment of the request.</summary>
    public static SegmentOutcome Build(SegmentRequest request, Stream output, SealBuffers buffers)
    {
        // Files in memory are read without waiting, so nothing blocks here.
        var series = SegmentSeries.OpenAsync(request, buffers, CancellationToken.None).GetAwaiter().GetResult();
        return series.BuildNextAsync(output, CancellationToken.None).GetAwaiter().GetResult();
    }

    /// <summary>Writes all segments of a snapshot into a directory, as "segment-N", and describes it. The last floats of the rows' outputs are kept
    /// sums.</summary>
    public static SnapshotInfo Write(string directory, SnapshotInfo shape, IReadOnlyList<SampleRow> rows, int keptSums = 0)
    {
        Directory.CreateDirectory(directory);
        var runFile = RunFile(rows, shape.KeyKind, shape.Outputs.Count, shape.PartitionCount, keptSums: keptSums);
        var segments = new List<SegmentInfo>();
        for (var partition = 0; partition < shape.PartitionCount; partition++)
        {
            var (outcome, bytes) = Segment([runFile], shape.KeyKind, shape.Outputs.Count, shape.PartitionCount, partition, DuplicateKeyPolicy.LastWins,
                keptSums);
            var built = (SegmentOutcome.Built)outcome;
            var path = Path.Combine(directory, $"segment-{partition}");
            File.WriteAllBytes(path, bytes);
            segments.Add(new SegmentInfo(partition, new Artifact(path, ArtifactKind.Segment, bytes.Length, XxHash3.HashToUInt64(bytes), built.Keys),
                built.Keys));
        }
        return shape with { Segments = segments };
    }

    private static void Append(RunFileWriter writer, SampleRow[] rows, KeyKind kind, int outputCount)
    {
        var texts = kind == KeyKind.Utf8 ? rows.Select(r => Encoding.UTF8.GetBytes(r.Key.Text)).ToArray() : [];
        var offsets = new int[texts.Length == 0 ? 0 : rows.Length + 1];
        for (var i = 0; i < texts.Length; i++)
            offsets[i + 1] = offsets[i] + texts[i].Length;
        writer.Append(new PredictionRows
        {
            Rows = rows.Length,
            Keys = kind == KeyKind.Int64 ? rows.Select(r => r.Key.Number).ToArray() : [],
            KeyBytes = texts.SelectMany(t => t).ToArray(),
            KeyOffsets = offsets,
            Outputs = Enumerable.Range(0, outputCount).SelectMany(c => rows.Select(r => r.Outputs[c])).ToArray(),
            OutputStride = rows.Length,
            Confidence = rows.Any(r => r.Confidence is null) ? [] : rows.Select(r => r.Confidence!.Value).ToArray(),
            Flags = rows.Select(r => (byte)r.Flags).ToArray(),
            Fingerprints = rows.Select(r => r.Fingerprint).ToArray(),
            RowNumbers = rows.Select(r => r.RowNumber).ToArray(),
        });
    }
}
