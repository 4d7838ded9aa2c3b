using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.Segments;
using BatchEngine.Storage.Snapshots.Slots;
using BatchEngine.TestKit.Snapshots;
using CsCheck;

namespace BatchEngine.Storage.Tests.Snapshots.Segments;

public sealed class SegmentBuilderTests : SnapshotTestBed
{
    [Theory]
    [InlineData(KeyKind.Int64)]
    [InlineData(KeyKind.Utf8)]
    public void Build_OfTheSameRowsInOtherFilesAndOrders_GivesTheSameBytes(KeyKind kind) =>
        Gen.Select(RowsOf(kind, 2, 200), Gen.Int[1, 50], Gen.Int[1, 50], Gen.Int[1_200, 9_000]).Sample(
            (rows, fileRows, batch, bufferBytes) =>
            {
                var (_, whole) = SampleSnapshots.Segment([SampleSnapshots.RunFile(rows, kind, 2, 1)], kind, 2);
                var files = rows.Chunk(fileRows).Reverse().Select(part => SampleSnapshots.RunFile(part, kind, 2, 1, batch, bufferBytes)).ToList();
                Assert.Equal(whole, SampleSnapshots.Segment(files, kind, 2).Bytes);
            },
            iter: 60);

    [Fact]
    public void Build_OfManyRows_SortsByRadixAndCrossesBlocks()
    {
        var rows = Enumerable.Range(0, 30_000).Select(i => new SampleRow(PredictionKey.Of(i - 15_000L), i, [i])).ToList();
        var (outcome, bytes) = SampleSnapshots.Segment([SampleSnapshots.RunFile(rows, KeyKind.Int64, 1, 1, 1_000, 1 << 20)], KeyKind.Int64, 1);
        Assert.Equal(30_000, Assert.IsType<SegmentOutcome.Built>(outcome).Keys);
        using var reader = SegmentReader.Open(Save(bytes));
        Assert.All(rows, row => Assert.True(row.Matches(Get(reader, row.Key))));
        Assert.False(reader.TryGet(15_000, out _));
        Assert.False(reader.TryGet(-15_001, out _));
    }

    [Fact]
    public void Build_OfKeysWhoseSlotHashesCollide_FindsEachAndNoOther()
    {
        // The mixer is one-to-one: its inverse gives integers whose hashes agree in the 40 bits that choose slot and tag.
        var colliding = Enumerable.Range(1, 100).Select(i => KeyOfHash(((ulong)i << 40) | 0xAB_1234_5678)).ToList();
        Assert.All(colliding, key => Assert.Equal(0xAB_1234_5678UL, KeyHash.Of(key) & 0xFF_FFFF_FFFF));
        var rows = colliding.Take(80).Select((key, i) => new SampleRow(PredictionKey.Of(key), i, [i])).ToList();
        var (_, bytes) = SampleSnapshots.Segment([SampleSnapshots.RunFile(rows, KeyKind.Int64, 1, 1)], KeyKind.Int64, 1);
        using var reader = SegmentReader.Open(Save(bytes));
        Assert.All(rows, row => Assert.True(row.Matches(Get(reader, row.Key))));
        Assert.All(colliding.Skip(80), key => Assert.False(reader.TryGet(key, out _)));
    }

    [Theory]
    [InlineData(KeyKind.Int64)]
    [InlineData(KeyKind.Utf8)]
    public void Build_InBuffersOfEarlierBuilds_GivesTheSameBytes(KeyKind kind) =>
        RowsOf(kind, 3, 300).Array[1, 5].Sample(
            partitions =>
            {
                using var buffers = new SealBuffers();
                foreach (var rows in partitions)
                {
                    var file = SampleSnapshots.RunFile(rows, kind, 3, 1);
                    Assert.Equal(SampleSnapshots.Segment([file], kind, 3).Bytes, SampleSnapshots.Segment([file], kind, 3, buffers: buffers).Bytes);
                }
            },
            iter: 40);

    [Fact]
    public void Build_AfterOneThatFailedInTheSameBuffers_GivesTheSameBytes()
    {
        using var buffers = new SealBuffers();
        var twice = SampleSnapshots.RunFile([Row("a", 1), Row("a", 2), Row("b", 3)], KeyKind.Utf8, 1, 1);
        Assert.IsType<SegmentOutcome.DuplicateKeyFound>(SampleSnapshots.Segment([twice], KeyKind.Utf8, 1, buffers: buffers).Outcome);
        var file = SampleSnapshots.RunFile([Row("c", 4)], KeyKind.Utf8, 1, 1);
        Assert.Equal(SampleSnapshots.Segment([file], KeyKind.Utf8, 1).Bytes, SampleSnapshots.Segment([file], KeyKind.Utf8, 1, buffers: buffers).Bytes);
    }

    [Fact]
    public void Build_WithADuplicateKey_NamesKeyAndBothRowsAndWritesNothing()
    {
        var first = SampleSnapshots.RunFile([Row("b", 3), Row("a", 10)], KeyKind.Utf8, 1, 1);
        var second = SampleSnapshots.RunFile([Row("c", 11), Row("a", 99)], KeyKind.Utf8, 1, 1);
        var (outcome, bytes) = SampleSnapshots.Segment([second, first], KeyKind.Utf8, 1);
        Assert.Equal(new SegmentOutcome.DuplicateKeyFound(PredictionKey.Of("a"), 10, 99), outcome);
        Assert.Empty(bytes);
    }

    [Theory]
    [InlineData(KeyKind.Int64)]
    [InlineData(KeyKind.Utf8)]
    public void Build_WithLastWins_ServesTheHighestRowWhateverTheOrderOfFiles(KeyKind kind) =>
        Gen.Select(Gen.Int[0, 30].Array[1, 200], Gen.Int[1, 60], Gen.Bool).Sample(
            (keys, fileRows, reverse) =>
            {
                var rows = keys.Select((k, i) => new SampleRow(kind == KeyKind.Int64 ? PredictionKey.Of(k) : PredictionKey.Of($"k{k}"), i, [i])).ToArray();
                var files = rows.Chunk(fileRows).Select(part => SampleSnapshots.RunFile(part, kind, 1, 1)).ToList();
                if (reverse)
                    files.Reverse();
                var (outcome, bytes) = SampleSnapshots.Segment(files, kind, 1, policy: DuplicateKeyPolicy.LastWins);
                var expected = rows.GroupBy(r => r.Key).Select(g => g.Last()).ToList();
                Assert.Equal(new SegmentOutcome.Built(expected.Count, rows.Length - expected.Count, bytes.Length), outcome);
                var path = Save(bytes);
                using (var reader = SegmentReader.Open(path))
                    Assert.All(expected, row => Assert.True(row.Matches(Get(reader, row.Key))));
                File.Delete(path);
            },
            iter: 50,
            threads: 1);

    [Fact]
    public void Build_WithTheSameRowInTwoRunFiles_StopsBecauseAnAssumptionBroke()
    {
        var file = SampleSnapshots.RunFile([Row("a", 5)], KeyKind.Utf8, 1, 1);
        Assert.Throws<InvariantBrokenException>(() => SampleSnapshots.Segment([file, file], KeyKind.Utf8, 1, policy: DuplicateKeyPolicy.LastWins));
    }

    [Fact]
    public void Build_FromRunFilesOfAnotherShape_Stops()
    {
        var file = SampleSnapshots.RunFile([Row("a", 5)], KeyKind.Utf8, 1, 2);
        Assert.Throws<InvariantBrokenException>(() => SampleSnapshots.Segment([file], KeyKind.Utf8, 1, partitionCount: 1));
        Assert.Throws<InvariantBrokenException>(() => SampleSnapshots.Segment([file], KeyKind.Utf8, 2, partitionCount: 2));
        Assert.Throws<InvariantBrokenException>(() => SampleSnapshots.Segment([file], KeyKind.Int64, 1, partitionCount: 2));
    }

    private static SampleRow Row(string key, long number) => new(PredictionKey.Of(key), number, [number]);

    private static long KeyOfHash(ulong hash)
    {
        var x = hash ^ (hash >> 31) ^ (hash >> 62);
        x *= Inverse(0x94D049BB133111EB);
        x = x ^ (x >> 27) ^ (x >> 54);
        x *= Inverse(0xBF58476D1CE4E5B9);
        x = x ^ (x >> 30) ^ (x >> 60);
        return (long)(x - 0x9E3779B97F4A7C15);
    }

    /// <summary>The inverse of an odd number modulo 2^64, by Newton's iteration.</summary>
    private static ulong Inverse(ulong odd)
    {
        var inverse = odd;
        for (var i = 0; i < 6; i++)
            inverse *= 2 - (odd * inverse);
        return inverse;
    }
}
