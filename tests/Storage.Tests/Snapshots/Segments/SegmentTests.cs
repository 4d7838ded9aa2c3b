using BatchEngine.Domain;
using BatchEngine.Storage.Snapshots.Segments;
using BatchEngine.TestKit.Snapshots;
using CsCheck;

namespace BatchEngine.Storage.Tests.Snapshots.Segments;

public sealed class SegmentTests : SnapshotTestBed
{
    [Theory]
    [InlineData(KeyKind.Int64, 0)]
    [InlineData(KeyKind.Int64, 1)]
    [InlineData(KeyKind.Int64, 4)]
    [InlineData(KeyKind.Utf8, 0)]
    [InlineData(KeyKind.Utf8, 3)]
    public void Segment_OfRandomRows_GivesEveryRowBackAndNothingElse(KeyKind kind, int outputs) =>
        Gen.Select(RowsOf(kind, outputs, 300), KeyOf(kind).Array[20]).Sample(
            (rows, others) =>
            {
                var (outcome, bytes) = SampleSnapshots.Segment([SampleSnapshots.RunFile(rows, kind, outputs, 1)], kind, outputs);
                Assert.Equal(new SegmentOutcome.Built(rows.Length, 0, bytes.Length), outcome);
                var path = Save(bytes);
                using (var reader = SegmentReader.Open(path))
                {
                    Assert.Equal(rows.Length, reader.Keys);
                    foreach (var row in rows)
                        Assert.True(row.Matches(Get(reader, row.Key)), $"key {row.Key}");
                    var known = rows.Select(r => r.Key).ToHashSet();
                    foreach (var other in others)
                        Assert.Equal(known.Contains(other), Get(reader, other) is not null);
                }
                File.Delete(path);
            },
            iter: 60,
            threads: 1);

    [Theory]
    [InlineData(KeyKind.Int64)]
    [InlineData(KeyKind.Utf8)]
    public void Segment_OfAnEmptyPartition_OpensAndFindsNothing(KeyKind kind)
    {
        var (outcome, bytes) = SampleSnapshots.Segment([], kind, 2);
        Assert.Equal(new SegmentOutcome.Built(0, 0, bytes.Length), outcome);
        using var reader = SegmentReader.Open(Save(bytes));
        Assert.Null(Get(reader, kind == KeyKind.Int64 ? PredictionKey.Of(0) : PredictionKey.Of("a")));
    }
}
