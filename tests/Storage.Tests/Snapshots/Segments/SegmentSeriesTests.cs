using BatchEngine.Domain;
using BatchEngine.Storage.Blobs;
using BatchEngine.Storage.Snapshots.RunFiles;
using BatchEngine.Storage.Snapshots.Segments;
using BatchEngine.TestKit.Blobs;
using BatchEngine.TestKit.Snapshots;

namespace BatchEngine.Storage.Tests.Snapshots.Segments;

/// <summary>Segments of several partitions in a row: the same bytes as one by one, from near and from far, and each byte of a run file read once.</summary>
public sealed class SegmentSeriesTests : SnapshotTestBed
{
    private const int Partitions = 8;
    private const int Files = 3;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(KeyKind.Int64, 1)]
    [InlineData(KeyKind.Int64, 3)]
    [InlineData(KeyKind.Utf8, 8)]
    public async Task BuildNext_OfRunFilesElsewhere_GivesTheSameBytesAndReadsEachByteOnce(KeyKind kind, int unitPartitions)
    {
        var (blobs, artifacts, files) = await RunFilesAsync(kind);
        var far = new ElsewhereBlobs(blobs);
        foreach (var unit in Enumerable.Range(0, Partitions).Chunk(unitPartitions))
            await MustBeSameAsync(unit, far, artifacts, files, kind);

        Assert.NotEmpty(far.Ranges);
        foreach (var artifact in artifacts)
        {
            using var file = new RunFileBytes(RunFileSource.Of(blobs, artifact));
            var end = (await RunFileDirectory.ReadAsync(file, 0, Partitions, Ct)).Chunks.Max(c => c.Offset + c.Bytes);
            var data = far.Ranges.Where(r => r.Name == artifact.BlobName && r.Offset >= RunFileFormat.HeaderBytes && r.Offset + r.Bytes <= end).ToList();
            var next = (long)RunFileFormat.HeaderBytes;
            foreach (var read in data.OrderBy(r => r.Offset))
            {
                Assert.Equal(next, read.Offset);
                next += read.Bytes;
            }
            Assert.Equal(end, next);
        }
    }

    [Theory]
    [InlineData(KeyKind.Int64)]
    [InlineData(KeyKind.Utf8)]
    public async Task BuildNext_OfRunFilesOfThisMachine_GivesTheSameBytes(KeyKind kind)
    {
        var (blobs, artifacts, files) = await RunFilesAsync(kind);
        await MustBeSameAsync([1, 2, 5, 7], blobs, artifacts, files, kind);
    }

    [Fact]
    public async Task BuildNext_OfNeighbouringPartitionsElsewhere_AsksForEachFileOnceARound()
    {
        var (blobs, artifacts, files) = await RunFilesAsync(KeyKind.Int64, bufferBytes: 1 << 20);
        var far = new ElsewhereBlobs(blobs);
        await MustBeSameAsync([2, 3, 4, 5], far, artifacts, files, KeyKind.Int64);
        // Header, end with the directory, and one range: the partitions lie one behind the other.
        Assert.All(artifacts, a => Assert.Equal(3, far.Ranges.Count(r => r.Name == a.BlobName)));
    }

    [Fact]
    public async Task BuildNext_OfARunFileThatChangedElsewhere_IsRefused()
    {
        var (blobs, artifacts, _) = await RunFilesAsync(KeyKind.Int64);
        var path = ((LocalFolderBlobs)blobs).FileOf(artifacts[1].BlobName);
        var bytes = await File.ReadAllBytesAsync(path, Ct);
        bytes[RunFileFormat.HeaderBytes + 3] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Ct);
        var failure = await Assert.ThrowsAsync<CorruptDataException>(() =>
            BuildAsync([.. Enumerable.Range(0, Partitions)], new ElsewhereBlobs(blobs), artifacts,
            KeyKind.Int64));
        Assert.Contains(artifacts[1].BlobName, failure.Message);
    }

    [Fact]
    public async Task BuildNext_WithARowNumberShift_NamesTheShiftedRows()
    {
        var blobs = new LocalFolderBlobs(Path.Combine(Folder, "blobs"));
        var file = SampleSnapshots.RunFile([new SampleRow(PredictionKey.Of("a"), 1, [1]), new SampleRow(PredictionKey.Of("a"), 2, [2])], KeyKind.Utf8, 1, 1);
        var artifact = await SaveAsync(blobs, "runs/r/f", file) with { RowNumberShift = 100 };
        foreach (IBlobStore place in new IBlobStore[] { blobs, new ElsewhereBlobs(blobs) })
        {
            using var buffers = new SealBuffers();
            var series = await SegmentSeries.OpenAsync(
                new SegmentRequest([0], 1, KeyKind.Utf8, 1, [RunFileSource.Of(place, artifact)], DuplicateKeyPolicy.Fail), buffers, Ct);
            Assert.Equal(new SegmentOutcome.DuplicateKeyFound(PredictionKey.Of("a"), 101, 102), await series.BuildNextAsync(new MemoryStream(), Ct));
        }
    }

    private static async Task MustBeSameAsync(int[] partitions, IBlobStore blobs, IReadOnlyList<Artifact> artifacts, IReadOnlyList<byte[]> files, KeyKind kind)
    {
        var built = await BuildAsync(partitions, blobs, artifacts, kind);
        for (var i = 0; i < partitions.Length; i++)
            Assert.Equal(SampleSnapshots.Segment(files, kind, 2, Partitions, partitions[i]).Bytes, built[i]);
    }

    private static async Task<List<byte[]>> BuildAsync(int[] partitions, IBlobStore blobs, IReadOnlyList<Artifact> artifacts, KeyKind kind)
    {
        using var buffers = new SealBuffers();
        var series = await SegmentSeries.OpenAsync(
            new SegmentRequest(partitions, Partitions, kind, 2, [.. artifacts.Select(a => RunFileSource.Of(blobs, a))], DuplicateKeyPolicy.Fail), buffers, Ct);
        var built = new List<byte[]>();
        foreach (var _ in partitions)
        {
            var output = new MemoryStream();
            Assert.IsType<SegmentOutcome.Built>(await series.BuildNextAsync(output, Ct));
            built.Add(output.ToArray());
        }
        return built;
    }

    private async Task<(IBlobStore Blobs, IReadOnlyList<Artifact> Artifacts, IReadOnlyList<byte[]> Files)> RunFilesAsync(KeyKind kind, long bufferBytes = 4_096)
    {
        var blobs = new LocalFolderBlobs(Path.Combine(Folder, "blobs"));
        var files = Enumerable.Range(0, Files).Select(f => SampleSnapshots.RunFile(
            [.. Enumerable.Range(f * 400, 400)
                .Select(i => new SampleRow(kind == KeyKind.Int64 ? PredictionKey.Of(i * 31L) : PredictionKey.Of($"key-{i}"), i, [i, -i]))],
            kind, 2, Partitions, 50, bufferBytes)).ToList();
        var artifacts = new List<Artifact>();
        foreach (var (file, index) in files.Select((f, i) => (f, i)))
            artifacts.Add(await SaveAsync(blobs, $"runs/r/{index}.run", file));
        return (blobs, artifacts, files);
    }

    private static async Task<Artifact> SaveAsync(IBlobStore blobs, string name, byte[] bytes)
    {
        await using var writer = await blobs.CreateAsync(name, Ct);
        await writer.Content.WriteAsync(bytes, Ct);
        var blob = await writer.CommitAsync(Ct);
        return new Artifact(name, ArtifactKind.RunFile, blob.Bytes, blob.Checksum, 0);
    }
}
