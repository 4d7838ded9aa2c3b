using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.Readers;
using BatchEngine.TestKit.Snapshots;

namespace BatchEngine.Storage.Tests.Snapshots.Readers;

public sealed class SnapshotReaderTests : SnapshotTestBed
{
    [Theory]
    [InlineData(KeyKind.Int64, SnapshotHolding.Copied)]
    [InlineData(KeyKind.Utf8, SnapshotHolding.Copied)]
    [InlineData(KeyKind.Int64, SnapshotHolding.Mapped)]
    [InlineData(KeyKind.Utf8, SnapshotHolding.Mapped)]
    public void Snapshot_OfSeveralPartitions_AnswersOneAndAll(KeyKind kind, SnapshotHolding holding)
    {
        var rows = Rows(kind);
        using var reader = SnapshotReader.Open(Write(kind, rows), s => s.Artifact.BlobName, holding, ct: TestContext.Current.CancellationToken);
        Assert.All(rows, row => Assert.True(reader.TryGet(row.Key, out var found) && row.Matches(found)));
        var absent = kind == KeyKind.Int64 ? PredictionKey.Of(-1) : PredictionKey.Of("absent");
        var other = kind == KeyKind.Int64 ? PredictionKey.Of("1") : PredictionKey.Of(1);
        Assert.False(reader.TryGet(absent, out _));
        Assert.False(reader.TryGet(other, out _));
        var all = reader.Entries().ToDictionary(e => e.Key, e => e.Prediction);
        Assert.Equal(rows.Length, all.Count);
        Assert.All(rows, row => Assert.True(row.Matches(all[row.Key])));
    }

    [Fact]
    public void Dispose_WhileALookUpHoldsTheReader_WaitsUntilItLeaves()
    {
        var rows = Rows(KeyKind.Int64);
        var reader = Open(KeyKind.Int64, rows);
        Assert.True(reader.TryAcquire());
        reader.Dispose();
        reader.Dispose();
        Assert.False(reader.Drained.IsCompleted);
        Assert.True(reader.TryGet(rows[0].Key, out _));
        reader.Release();
        Assert.True(reader.Drained.IsCompleted);
        Assert.False(reader.TryAcquire());
        Assert.Throws<ObjectDisposedException>(() => reader.TryGet(rows[0].Key, out _));
    }

    [Fact]
    public async Task Dispose_WhileManyThreadsLookUp_NeverUnmapsUnderOne()
    {
        var rows = Rows(KeyKind.Int64);
        for (var round = 0; round < 10; round++)
        {
            var reader = Open(KeyKind.Int64, rows);
            using var started = new CountdownEvent(3);
            var lookers = Enumerable.Range(0, 3).Select(t => Task.Factory.StartNew(() =>
            {
                started.Signal();
                for (var i = t; reader.TryAcquire(); i++)
                {
                    Assert.True(reader.TryGet(rows[i % rows.Length].Key, out var found) && rows[i % rows.Length].Matches(found));
                    reader.Release();
                }
            }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();
            started.Wait(TestContext.Current.CancellationToken);
            reader.Dispose();
            await Task.WhenAll(lookers);
            await reader.Drained;
        }
    }

    [Fact]
    public void Open_WithASegmentOfAnotherPartition_IsRefused()
    {
        var info = Write(KeyKind.Int64, Rows(KeyKind.Int64));
        var swapped = info with
        {
            Segments =
            [info.Segments[1] with { Partition = 0 }, info.Segments[0] with { Partition = 1 }, info.Segments[2], info.Segments[3]]
        };
        Assert.Throws<CorruptDataException>(() => SnapshotReader.Open(swapped, s => s.Artifact.BlobName, ct: TestContext.Current.CancellationToken));
        Assert.Throws<CorruptDataException>(() =>
            SnapshotReader.Open(info with { Segments = [.. info.Segments.Take(3)] }, s => s.Artifact.BlobName, ct: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Open_WithOneDamagedSegment_IsRefused()
    {
        var info = Write(KeyKind.Utf8, Rows(KeyKind.Utf8));
        var bytes = File.ReadAllBytes(info.Segments[2].Artifact.BlobName);
        bytes[^20] ^= 1;
        File.WriteAllBytes(info.Segments[2].Artifact.BlobName, bytes);
        Assert.Throws<CorruptDataException>(() => SnapshotReader.Open(info, s => s.Artifact.BlobName, ct: TestContext.Current.CancellationToken));
    }

    // Mapped, the first of these reads of the changed bytes, and the second ends the process.
    [Theory]
    [InlineData(KeyKind.Int64, false)]
    [InlineData(KeyKind.Utf8, false)]
    [InlineData(KeyKind.Int64, true)]
    [InlineData(KeyKind.Utf8, true)]
    public void Copied_FilesChangedOrCutAfterwards_AnswersAsVerified(KeyKind kind, bool cut)
    {
        var rows = Rows(kind);
        var info = Write(kind, rows);
        using var reader = SnapshotReader.Open(info, s => s.Artifact.BlobName, ct: TestContext.Current.CancellationToken);
        foreach (var segment in info.Segments)
        {
            using var file = new FileStream(segment.Artifact.BlobName, FileMode.Open, FileAccess.Write);
            if (cut)
                file.SetLength(0);
            else
                file.Write(Enumerable.Repeat((byte)0xff, (int)file.Length).ToArray());
        }
        Assert.All(rows, row => Assert.True(reader.TryGet(row.Key, out var found) && row.Matches(found)));
        Assert.Equal(rows.Length, reader.Entries().Count());
    }

    [Fact]
    public void Open_CopyThatFails_GivesItsMemoryBack()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "NeedsLinux: reads what the process holds");
        const int Keys = 40_000, Rounds = 40;
        var info = Write(KeyKind.Int64, [.. Enumerable.Range(0, Keys).Select(i => new SampleRow(PredictionKey.Of(i), i, [i, i], null))]);
        var bytes = info.Segments.Sum(s => s.Artifact.Bytes);
        var last = info.Segments[^1].Artifact.BlobName;
        using (var file = new FileStream(last, FileMode.Open))
        {
            file.Position = file.Length - 20;
            file.WriteByte(0xff);
        }
        var before = HeldBytes();
        for (var round = 0; round < Rounds; round++)
            Assert.Throws<CorruptDataException>(() => SnapshotReader.Open(info, s => s.Artifact.BlobName, ct: TestContext.Current.CancellationToken));
        Assert.InRange(HeldBytes() - before, long.MinValue, bytes * Rounds / 2);
    }

    private static long HeldBytes() => long.Parse(
        File.ReadLines("/proc/self/status").First(l => l.StartsWith("RssAnon:", StringComparison.Ordinal))["RssAnon:".Length..]
            .Replace("kB", "", StringComparison.Ordinal),
        System.Globalization.CultureInfo.InvariantCulture) * 1024;

    private static SampleRow[] Rows(KeyKind kind) =>
        [.. Enumerable.Range(0, 300)
            .Select(i => new SampleRow(kind == KeyKind.Int64 ? PredictionKey.Of(i * 3L) : PredictionKey.Of($"é{i}"), i, [i, i * 0.5f], null))];

    private SnapshotReader Open(KeyKind kind, SampleRow[] rows) => SnapshotReader.Open(Write(kind, rows), s => s.Artifact.BlobName);

    private SnapshotInfo Write(KeyKind kind, SampleRow[] rows) => SampleSnapshots.Write(
        Path.Combine(Folder, kind.ToString()),
        new SnapshotInfo(1, "churn", new RunId("churn", DateTimeOffset.UnixEpoch), new ModelVersion("m", 1, Digest.Of("m")), kind,
            [OutputColumn.Number("a"), OutputColumn.Number("b")], 4, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, []),
        rows);
}
