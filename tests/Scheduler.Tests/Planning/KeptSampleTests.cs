using BatchEngine.Domain;
using BatchEngine.Scheduler.Planning;

namespace BatchEngine.Scheduler.Tests.Planning;

public sealed class KeptSampleTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 1)]
    [InlineData(8, 2)]
    [InlineData(64, 10)]
    [InlineData(1000, 143)]
    public void Choose_EveryNight_ReadsASeventhAndNoneWaitsLongerThanSevenNights(int partitions, int share)
    {
        var segments = Enumerable.Range(0, partitions).Select(p => new SegmentInfo(p, new Artifact($"s/{p}", ArtifactKind.Segment, 1, 1, 1), 1)).ToList();
        var lastRead = new int[partitions];
        for (var night = 1; night <= 40; night++)
        {
            var read = KeptSample.Choose(segments, partitions).Select(s => s.Partition).ToHashSet();
            Assert.Equal(share, read.Count);
            segments = [.. segments.Select(s => s with { UnverifiedNights = read.Contains(s.Partition) ? 0 : s.UnverifiedNights + 1 })];
            for (var p = 0; p < partitions; p++)
            {
                lastRead[p] = read.Contains(p) ? night : lastRead[p];
                Assert.InRange(night - lastRead[p], 0, KeptSample.Nights - 1);
            }
        }
    }
}
