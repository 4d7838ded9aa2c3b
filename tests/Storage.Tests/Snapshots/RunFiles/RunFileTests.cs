using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.RunFiles;
using BatchEngine.Storage.Snapshots.Segments;
using BatchEngine.TestKit.Snapshots;

namespace BatchEngine.Storage.Tests.Snapshots.RunFiles;

public sealed class RunFileTests
{
    [Fact]
    public void RunFile_OfTheSameRowsInOtherBatches_HasTheSameBytes()
    {
        var rows = Enumerable.Range(0, 500).Select(i => new SampleRow(PredictionKey.Of($"key-{i}"), i, [i, i + 1])).ToList();
        var whole = SampleSnapshots.RunFile(rows, KeyKind.Utf8, 2, 8, batch: 500);
        Assert.Equal(whole, SampleSnapshots.RunFile(rows, KeyKind.Utf8, 2, 8, batch: 7));
        var file = VerifiedRunFile.Read(new RunFileSource("rows", () => new MemoryStream(whole)));
        Assert.Equal((500L, 8, KeyKind.Utf8, 2), (file.Rows, file.PartitionCount, file.KeyKind, file.OutputCount));
        Assert.Equal(500, file.PartitionRows.Sum());
        Assert.All(file.PartitionRows, rows => Assert.InRange(rows, 30, 100)); // top bits of a good hash spread the keys
    }

    [Theory]
    [InlineData(KeyKind.Int64)]
    [InlineData(KeyKind.Utf8)]
    public async Task RunFile_LargerThanItsBuffers_HoldsThePartitionsOfEachRoundInOrder(KeyKind kind)
    {
        const int Partitions = 16;
        var rows = Enumerable.Range(0, 4_000)
            .Select(i => new SampleRow(kind == KeyKind.Int64 ? PredictionKey.Of(i * 3L) : PredictionKey.Of($"key-{i}"), i, [i])).ToList();
        var bytes = SampleSnapshots.RunFile(rows, kind, 1, Partitions, bufferBytes: 16 * 1_024);
        using var file = new RunFileBytes(new RunFileSource("rows", () => new MemoryStream(bytes)));
        var chunks = (await RunFileDirectory.ReadAsync(file, 0, Partitions, TestContext.Current.CancellationToken)).Chunks.OrderBy(c => c.Offset).ToList();
        var rounds = 1 + chunks.Zip(chunks.Skip(1)).Count(pair => pair.Second.Partition <= pair.First.Partition);
        Assert.InRange(rounds, 3, 30);
        Assert.InRange(chunks.Count, (rounds - 1) * Partitions, rounds * Partitions);
    }

    [Fact]
    public void RunFile_ThatWasNeverCompleted_IsRefused()
    {
        var stream = new MemoryStream();
        using (var writer = new RunFileWriter(stream, KeyKind.Int64, 1, 1, 64))
            writer.Append(new PredictionRows { Rows = 2, Keys = [1, 2], Outputs = [1f, 2f], OutputStride = 2, RowNumbers = [0, 1] });
        Assert.Throws<CorruptDataException>(() => VerifiedRunFile.Read(new RunFileSource("half", () => new MemoryStream(stream.ToArray()))));
    }

    [Fact]
    public void Append_WithRowsMarkedToLeaveOut_KeepsTheOthers()
    {
        var stream = new MemoryStream();
        using var writer = new RunFileWriter(stream, KeyKind.Int64, 1, 1);
        writer.Append(new PredictionRows
        {
            Rows = 3,
            Keys = [1, 2, 3],
            Outputs = [1f, float.NaN, 3f],
            OutputStride = 3,
            RowNumbers = [0, 1, 2],
            Keep = [1, 0, 1]
        });
        writer.Complete();
        Assert.Equal(2, writer.Rows);
        Assert.Equal(2, Assert.IsType<SegmentOutcome.Built>(SampleSnapshots.Segment([stream.ToArray()], KeyKind.Int64, 1).Outcome).Keys);
    }

    [Fact]
    public void Append_OfBatchesThatDoNotFit_IsRefused()
    {
        using var integers = new RunFileWriter(new MemoryStream(), KeyKind.Int64, 2, 1);
        Assert.Throws<ArgumentException>(() =>
            integers.Append(new PredictionRows { Rows = 2, Keys = [1], Outputs = [1f, 2f, 3f, 4f], OutputStride = 2, RowNumbers = [0, 1] }));
        Assert.Throws<ArgumentException>(() =>
            integers.Append(new PredictionRows { Rows = 2, Keys = [1, 2], Outputs = [1f, 2f], OutputStride = 2, RowNumbers = [0, 1] }));
        Assert.Throws<ArgumentException>(() =>
            integers.Append(new PredictionRows { Rows = 2, Keys = [1, 2], Outputs = [1f, 2f, 3f, 4f], OutputStride = 2, RowNumbers = [0] }));
        using var texts = new RunFileWriter(new MemoryStream(), KeyKind.Utf8, 0, 1);
        Assert.Throws<ArgumentException>(() =>
            texts.Append(new PredictionRows { Rows = 1, KeyBytes = [], KeyOffsets = [0, 0], Outputs = [], OutputStride = 1, RowNumbers = [0] }));
        Assert.Throws<ArgumentException>(() =>
            texts.Append(new PredictionRows { Rows = 1, KeyBytes = new byte[257], KeyOffsets = [0, 257], Outputs = [], OutputStride = 1, RowNumbers = [0] }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(131_072)]
    public void Writer_RejectsAPartitionCountThatIsNoPowerOfTwo(int count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RunFileWriter(new MemoryStream(), KeyKind.Int64, 1, count));
}
