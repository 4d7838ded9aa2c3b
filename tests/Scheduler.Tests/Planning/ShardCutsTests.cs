using BatchEngine.Domain;
using BatchEngine.Scheduler.Planning;
using CsCheck;

namespace BatchEngine.Scheduler.Tests.Planning;

public sealed class ShardCutsTests
{
    private static readonly Gen<InputManifest> Manifests =
        Gen.Long[0, 50].Array[0, 12].Array[1, 8].Where(f => f.Sum(g => g.Sum()) > 0).Select(Samples.Manifest);

    [Fact]
    public void Cut_AnyManifest_CoversEveryRowGroupOnceInOrder() =>
        Gen.Select(Manifests, Gen.Int[1, 40]).Sample((manifest, aim) =>
        {
            var expected = manifest.Files.SelectMany((f, i) => f.RowGroups.Select((_, g) => (i, g)));
            var seen = ShardCuts.Cut(manifest, aim).SelectMany(s => s.Ranges)
                .SelectMany(r => Enumerable.Range(r.FromRowGroup, r.ToRowGroupExclusive - r.FromRowGroup).Select(g => (r.FileIndex, g)));
            Assert.Equal(expected, seen);
        });

    [Fact]
    public void Cut_AnyManifest_GivesAtMostTheAimAndNoShardWithoutRows() =>
        Gen.Select(Manifests, Gen.Int[1, 40]).Sample((manifest, aim) =>
        {
            var shards = ShardCuts.Cut(manifest, aim);
            Assert.InRange(shards.Count, 1, aim);
            Assert.All(shards, (s, i) => Assert.True(s.Rows > 0 && s.Index == i));
            Assert.Equal(manifest.Rows, shards.Sum(s => s.Rows));
        });

    [Fact]
    public void Cut_AnyManifest_StaysWithinOneRowGroupOfEqualParts() =>
        Gen.Select(Manifests, Gen.Int[1, 40]).Sample((manifest, aim) =>
        {
            var largest = manifest.Files.SelectMany(f => f.RowGroups).Max(g => g.Rows);
            var share = (double)manifest.Rows / aim;
            Assert.All(ShardCuts.Cut(manifest, aim), s =>
                Assert.True(s.Rows <= share + (2 * largest), $"{s.Rows} rows in a shard, share {share}, largest row group {largest}"));
        });

    [Fact]
    public void Cut_EqualRowGroups_GivesEqualShards() =>
        Assert.All(ShardCuts.Cut(Samples.Manifest([.. Enumerable.Repeat(Enumerable.Repeat(10L, 8).ToArray(), 4)]), 8), s => Assert.Equal(40, s.Rows));

    [Theory]
    [InlineData(100, 2, 131_072, 1_048_576, 1)]
    [InlineData(1_000_000, 2, 131_072, 1_048_576, 2)]
    [InlineData(5_000_000, 2, 131_072, 1_048_576, 4)]
    [InlineData(1_000_000_000, 2, 131_072, 1_048_576, 8)]
    [InlineData(1_000_000_000, 16, 131_072, 1_048_576, 64)]
    [InlineData(long.MaxValue / 2, 1_000_000, 1, 1, PlanLimits.MaxShards)]
    public void Aim_RowsAndWorkers_BalancesCheckpointsAgainstIdleWorkers(long rows, int workers, int unitRows, int checkpointRows, int expected) =>
        Assert.Equal(expected, ShardCuts.Aim(rows, workers, unitRows, checkpointRows));
}
